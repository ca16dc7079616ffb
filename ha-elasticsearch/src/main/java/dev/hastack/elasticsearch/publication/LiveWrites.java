package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch._types.WriteResponseBase;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.DeleteResponse;
import co.elastic.clients.elasticsearch.core.IndexResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import dev.hastack.elasticsearch.ElasticsearchOutcomeUnknownException;
import dev.hastack.elasticsearch.TimeLimit;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Writes of single documents. While the publication is being rebuilt they are made to both generations: first to the present
 * one, whose shard gives them their order ({@link Versions}), then to the next.
 *
 * <p>For the reasons, see docs/decisions.md, ES-23.
 */
final class LiveWrites {
    /** One for each time that the publication may be swapped or moved during a write, and one more. */
    private static final int ATTEMPTS = 4;

    private static final int TRIES = 4;
    private static final long FIRST_PAUSE_MILLIS = 50;

    private final ElasticsearchClient client;
    private final String publication;
    private final Location location;
    private final Markers markers;
    private final Deletions deletions;
    private final Rebuilds rebuilds;
    private final Later later;
    private final Duration limit;

    /** @param limit of one write, all its requests together */
    LiveWrites(
            ElasticsearchClient client,
            String publication,
            Location location,
            Markers markers,
            Deletions deletions,
            Rebuilds rebuilds,
            Later later,
            Duration limit) {
        this.client = client;
        this.publication = publication;
        this.location = location;
        this.markers = markers;
        this.deletions = deletions;
        this.rebuilds = rebuilds;
        this.later = later;
        this.limit = limit;
    }

    <T> IndexResponse index(String id, T document) throws IOException {
        return write(
                (to, target) -> client.index(put -> put.index(target)
                        .requireAlias(!target.equals(to.index()))
                        .id(to.stored(id))
                        .document(document)),
                (next, version) -> client.index(put -> put.index(next.next())
                        .requireAlias(true)
                        .id(next.stored(id))
                        .versionType(VersionType.External)
                        .version(version)
                        .document(document)));
    }

    DeleteResponse delete(String id) throws IOException {
        return write(
                (to, target) -> client.delete(delete -> delete.index(target).id(to.stored(id))), (next, version) -> {
                    note(deletions.note(next, next.stored(id), version));
                    // By its own name: an alias that has gone would become an index by this.
                    client.delete(delete -> delete.index(next.name())
                            .id(next.stored(id))
                            .versionType(VersionType.External)
                            .version(version));
                });
    }

    private void note(BulkOperation deletion) throws IOException {
        BulkResponse response = client.bulk(bulk -> bulk.operations(deletion));
        BulkResponseItem item = response.items().get(0);
        if (item.error() != null && !Statuses.isConflict(item.status())) {
            throw new IOException("cannot note a deletion: " + item.error().reason());
        }
    }

    private interface ToCurrent<R> {
        /** @param target where it goes; an alias, if it is not the index itself */
        R write(Generation to, String target) throws IOException;
    }

    private interface ToNext {
        void write(Generation next, long version) throws IOException;
    }

    /** However many requests it takes. */
    private <R extends WriteResponseBase> R write(ToCurrent<R> toCurrent, ToNext toNext) throws IOException {
        return TimeLimit.within(limit, () -> writeWithin(toCurrent, toNext));
    }

    private <R extends WriteResponseBase> R writeWithin(ToCurrent<R> toCurrent, ToNext toNext) throws IOException {
        Optional<Generation> swapped = Optional.empty();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Markers.Seen before = markers.look();
            Generation current = swapped.isPresent() ? swapped.get() : location.get();
            R done;
            try {
                // By a name that every node has known since the rebuild began, where the aliases were just moved.
                done = toCurrent.write(current, swapped.isPresent() ? current.name() : current.writeTarget());
            } catch (ElasticsearchException e) {
                if (!Catalog.missing(e)) {
                    throw e;
                }
                swapped = Optional.empty();
                location.forget();
                continue;
            }
            try {
                boolean late = !before.valid();
                Markers.Seen after = late ? markers.look() : before;
                swapped = after.swapped(publication).filter(now -> !now.index().equals(done.index()));
                if (swapped.isPresent()) {
                    continue;
                }
                Optional<Generation> next =
                        after.next(publication).filter(filled -> !filled.index().equals(done.index()));
                // A look that was too old may have missed a rebuild from its beginning, or its end.
                boolean missed = next.isEmpty() && late && !location.isStill(current, done.index());
                if (missed) {
                    continue;
                }
                if (next.isEmpty()
                        || copied(next.get(), Versions.live(next.get().number(), sequence(done)), toNext)) {
                    return done;
                }
            } catch (ElasticsearchOutcomeUnknownException e) {
                throw e;
            } catch (IOException | ElasticsearchException e) {
                throw new ElasticsearchOutcomeUnknownException(
                        "publication '" + publication + "': the write was done in " + done.index()
                                + ", and it is not known whether a rebuild has it: " + e.getMessage(),
                        e);
            }
            markers.forget();
            location.forget();
        }
        throw new PublicationException.NotProvisioned(
                publication, location.get().writeTarget());
    }

    private static long sequence(WriteResponseBase done) throws IOException {
        Long sequence = done.seqNo();
        if (sequence == null) {
            throw new IOException("the answer to a write to " + done.index() + " has no _seq_no");
        }
        return sequence;
    }

    /** If there is no time for that, or no answer, or the thread is interrupted, it is done later: else the swap would lose what readers have seen. */
    private boolean callOff(Generation next, Exception failure) throws IOException {
        try {
            return rebuilds.callOff(next, failure);
        } catch (IOException | ElasticsearchException e) {
            later.soon(next.next(), () -> {
                boolean unused = rebuilds.callOff(next, failure);
                return true;
            });
            e.addSuppressed(failure);
            throw e;
        }
    }

    /** @return whether the next generation has it or needs it no more; if not, that generation is the present one by now */
    private boolean copied(Generation next, long version, ToNext toNext) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Exception failure;
            try {
                toNext.write(next, version);
                return true;
            } catch (IOException | ElasticsearchException e) {
                if (Statuses.isConflict(e)) {
                    return true;
                }
                if (Catalog.missing(e)) {
                    return false;
                }
                failure = e;
            }
            if (attempt == TRIES) {
                return callOff(next, failure);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MILLIS << attempt);
            } catch (InterruptedException e) {
                // Nobody tries it again.
                Thread.currentThread().interrupt();
                return callOff(next, failure);
            }
        }
    }
}
