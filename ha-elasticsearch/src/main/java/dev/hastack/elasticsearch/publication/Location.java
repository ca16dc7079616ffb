package dev.hastack.elasticsearch.publication;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a publication's documents are, as last heard. Whoever finds it wrong forgets it. */
final class Location {
    private final Catalog catalog;
    private final String publication;
    private volatile @Nullable Generation current;

    Location(Catalog catalog, String publication) {
        this.catalog = catalog;
        this.publication = publication;
    }

    Generation get() throws IOException {
        Generation known = current;
        if (known == null) {
            known = catalog.current(publication);
            current = known;
        }
        return known;
    }

    /**
     * Whether what was written is in the present generation: asked anew, since a rebuild may have ended during the write.
     *
     * @param written the generation that was written to, as far as was known
     * @param index that has the document
     */
    boolean isStill(Generation written, String index) throws IOException {
        forget();
        Generation present = get();
        return present.index().equals(index) && (!present.shared() || present.number() == written.number());
    }

    void forget() {
        current = null;
    }
}
