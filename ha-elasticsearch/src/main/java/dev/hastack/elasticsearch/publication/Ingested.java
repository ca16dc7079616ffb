package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts how operations ended that are nobody's but the process's own, and keeps the first failure. */
final class Ingested implements Ingest.Sink {
    private final LongAdder taken = new LongAdder();
    private final LongAdder superseded = new LongAdder();
    private volatile @Nullable Exception failure;

    @Override
    public Ingest.@Nullable Next ended(BulkResponseItem item) {
        ErrorCause error = item.error();
        if (error == null) {
            taken.increment();
        } else if (Statuses.isConflict(item.status())) {
            superseded.increment();
        } else if (!Catalog.missing(Optional.ofNullable(error.type()))) {
            return failed(new IOException("document " + item.id() + ": status " + item.status() + ", " + error.type()
                    + ": " + error.reason()));
        } else {
            return failed(new IOException("the generation is gone: it was called off, or taken over"));
        }
        return null;
    }

    @Override
    public Ingest.@Nullable Next failed(Exception reason) {
        if (failure == null) {
            failure = reason;
        }
        return null;
    }

    long taken() {
        return taken.sum();
    }

    long superseded() {
        return superseded.sum();
    }

    void throwFailure() throws IOException {
        Exception first = failure;
        if (first != null) {
            throw new IOException(first.getMessage(), first);
        }
    }
}
