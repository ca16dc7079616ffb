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

    void forget() {
        current = null;
    }
}
