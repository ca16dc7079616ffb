package dev.hastack.benchmarks.lab.elasticsearch;

import java.util.Optional;

/**
 * One call of one caller; times are as {@link System#nanoTime()}.
 *
 * @param id of a write, which is in its document
 * @param failure what its caller was told; of one that had not returned by the end, that
 */
record Call(Lane lane, long id, long begin, long end, Optional<String> failure) {

    /** What callers of one sort do. */
    enum Lane {
        SEARCH_A(Publication.A, false),
        SEARCH_B(Publication.B, false),
        WRITE_A(Publication.A, true),
        WRITE_B(Publication.B, true);

        private final Publication publication;
        private final boolean writes;

        Lane(Publication publication, boolean writes) {
            this.publication = publication;
            this.writes = writes;
        }

        Publication publication() {
            return publication;
        }

        boolean writes() {
            return writes;
        }

        @Override
        public String toString() {
            return (writes ? "writes of " : "searches of ") + publication;
        }
    }

    boolean succeeded() {
        return failure.isEmpty();
    }

    long nanos() {
        return end - begin;
    }
}
