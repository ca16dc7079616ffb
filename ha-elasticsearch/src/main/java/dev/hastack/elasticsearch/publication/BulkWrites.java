package dev.hastack.elasticsearch.publication;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import dev.hastack.elasticsearch.ElasticsearchOutcomeUnknownException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes of a bulk: as {@link LiveWrites} makes them, each step an item of its own. */
final class BulkWrites {
    private static final Logger LOG = LoggerFactory.getLogger(BulkWrites.class);
    private static final int ATTEMPTS = 4;

    private final String publication;
    private final Location location;
    private final Markers markers;
    private final Deletions deletions;
    private final Rebuilds rebuilds;

    BulkWrites(String publication, Location location, Markers markers, Deletions deletions, Rebuilds rebuilds) {
        this.publication = publication;
        this.location = location;
        this.markers = markers;
        this.deletions = deletions;
        this.rebuilds = rebuilds;
    }

    String publication() {
        return publication;
    }

    Ingest.Start write(
            String id, Optional<Object> document, CompletableFuture<Void> done, Consumer<DeadLetter> deadLetters) {
        return new Write(id, document, done, deadLetters);
    }

    private interface Ended {
        Ingest.@Nullable Next item(BulkResponseItem item) throws IOException;
    }

    private interface Failed {
        Ingest.@Nullable Next reason(Exception reason);
    }

    private record Step(Ended ended, Failed failed) implements Ingest.Sink {
        @Override
        public Ingest.@Nullable Next ended(BulkResponseItem item) throws IOException {
            return ended.item(item);
        }

        @Override
        public Ingest.@Nullable Next failed(Exception reason) {
            return failed.reason(reason);
        }
    }

    private final class Write implements Ingest.Start {
        private final String id;
        private final Optional<Object> document;
        private final CompletableFuture<Void> done;
        private final Consumer<DeadLetter> deadLetters;
        private int attempts;
        /** As in LiveWrites. */
        private Optional<Generation> swapped = Optional.empty();

        Write(String id, Optional<Object> document, CompletableFuture<Void> done, Consumer<DeadLetter> deadLetters) {
            this.id = id;
            this.document = document;
            this.done = done;
            this.deadLetters = deadLetters;
        }

        @Override
        public Ingest.Next first() throws IOException {
            if (++attempts > ATTEMPTS) {
                throw new PublicationException.NotProvisioned(
                        publication, location.get().writeTarget());
            }
            Markers.Seen before = markers.look();
            Generation current = swapped.isPresent() ? swapped.get() : location.get();
            return new Ingest.Next(
                    toCurrent(current, swapped.isPresent() ? current.name() : current.writeTarget()),
                    new Step(item -> afterCurrent(before, current, item), this::dead));
        }

        private BulkOperation toCurrent(Generation current, String target) {
            return BulkOperation.of(bulk -> document.isPresent()
                    ? bulk.index(put -> put.index(target)
                            .requireAlias(!target.equals(current.index()))
                            .id(current.stored(id))
                            .document(document.get()))
                    : bulk.delete(delete -> delete.index(target).id(current.stored(id))));
        }

        private Ingest.@Nullable Next afterCurrent(Markers.Seen before, Generation current, BulkResponseItem item)
                throws IOException {
            ErrorCause error = item.error();
            if (error != null) {
                return gone(error) ? again() : dead(refused(item, error));
            }
            try {
                return afterDone(before, current, item);
            } catch (IOException | ElasticsearchException e) {
                return dead(unknown(e));
            }
        }

        private Ingest.@Nullable Next afterDone(Markers.Seen before, Generation current, BulkResponseItem item)
                throws IOException {
            boolean late = !before.valid();
            Markers.Seen after = late ? markers.look() : before;
            swapped = after.swapped(publication).filter(now -> !now.index().equals(item.index()));
            if (swapped.isPresent()) {
                return first();
            }
            Optional<Generation> next =
                    after.next(publication).filter(filled -> !filled.index().equals(item.index()));
            if (next.isEmpty()) {
                // As in LiveWrites: a look that was too old may have missed the end of a rebuild.
                return late && !location.isStill(current, item.index()) ? again() : acknowledge();
            }
            Long sequence = item.seqNo();
            if (sequence == null) {
                throw new IOException("the answer to a write to " + item.index() + " has no _seq_no");
            }
            long version = Versions.live(next.get().number(), sequence);
            return document.isPresent() ? toNext(next.get(), version) : note(next.get(), version);
        }

        private Ingest.Next note(Generation next, long version) throws IOException {
            return new Ingest.Next(
                    deletions.note(next, next.stored(id), version),
                    new Step(
                            item -> {
                                ErrorCause error = item.error();
                                return error == null || Statuses.isConflict(item.status())
                                        ? toNext(next, version)
                                        : failedNext(next, refused(item, error));
                            },
                            reason -> failedNext(next, reason)));
        }

        private Ingest.Next toNext(Generation next, long version) {
            BulkOperation operation = BulkOperation.of(bulk -> document.isPresent()
                    ? bulk.index(put -> put.index(next.next())
                            .requireAlias(true)
                            .id(next.stored(id))
                            .versionType(VersionType.External)
                            .version(version)
                            .document(document.get()))
                    : bulk.delete(delete -> delete.index(next.name())
                            .id(next.stored(id))
                            .versionType(VersionType.External)
                            .version(version)));
            return new Ingest.Next(
                    operation, new Step(item -> afterNext(next, item), reason -> failedNext(next, reason)));
        }

        private Ingest.@Nullable Next afterNext(Generation next, BulkResponseItem item) throws IOException {
            ErrorCause error = item.error();
            if (error == null || Statuses.isConflict(item.status())) {
                return acknowledge();
            }
            return gone(error) ? again() : failedNext(next, refused(item, error));
        }

        private Ingest.@Nullable Next failedNext(Generation next, Exception reason) {
            try {
                return rebuilds.callOff(next, reason) ? acknowledge() : again();
            } catch (IOException | RuntimeException e) {
                e.addSuppressed(reason);
                return dead(unknown(e));
            }
        }

        private Ingest.@Nullable Next again() throws IOException {
            swapped = Optional.empty();
            markers.forget();
            location.forget();
            return first();
        }

        private Ingest.@Nullable Next acknowledge() {
            done.complete(null);
            return null;
        }

        @Override
        public void failed(Exception reason) {
            dead(reason);
        }

        private Ingest.@Nullable Next dead(Exception reason) {
            try {
                deadLetters.accept(new DeadLetter(publication, id, document, String.valueOf(reason.getMessage())));
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("publication", publication)
                        .addKeyValue("id", id)
                        .setCause(e)
                        .log("a dead letter was not taken: {}", reason.getMessage());
            }
            done.completeExceptionally(reason);
            return null;
        }

        private static boolean gone(ErrorCause error) {
            return Catalog.missing(Optional.ofNullable(error.type()));
        }

        private static PublicationWriteException refused(BulkResponseItem item, ErrorCause error) {
            return PublicationWriteException.refused(item.status(), error);
        }

        private ElasticsearchOutcomeUnknownException unknown(Exception reason) {
            return new ElasticsearchOutcomeUnknownException(
                    "publication '" + publication
                            + "': the write was done, and it is not known whether a rebuild has it: "
                            + reason.getMessage(),
                    reason);
        }
    }
}
