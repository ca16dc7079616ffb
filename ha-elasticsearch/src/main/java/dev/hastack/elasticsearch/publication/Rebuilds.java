package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends rebuilds that are under way, whoever runs them. */
final class Rebuilds {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuilds.class);

    private final Catalog catalog;

    Rebuilds(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * A live write that the next generation does not take must not be lost with the swap, nor fail: the rebuild ends instead.
     *
     * @return whether it did; not if it had ended before
     */
    boolean callOff(Generation next, Exception reason) throws IOException {
        boolean ended = end(next);
        if (ended) {
            LOG.atWarn()
                    .addKeyValue("publication", next.publication())
                    .setCause(reason)
                    .log("called off the rebuild to {}: it does not take a live write", next.name());
        }
        return ended;
    }

    /** From then on nobody can make it the present generation. */
    boolean end(Generation next) throws IOException {
        try {
            catalog.change(new AliasActions().remove(next, next.next()));
            return true;
        } catch (UnconfirmedException e) {
            // The master knows, and it alone makes the swap.
            return true;
        } catch (ElasticsearchException e) {
            if (Catalog.missing(e)) {
                return false;
            }
            throw e;
        }
    }
}
