package dev.hastack.benchmarks.lab.round;

import java.util.Set;

/** The servers of a store. */
public interface Servers extends AutoCloseable {

    /** Makes them whole, and empties them of what was written. */
    void reset() throws Exception;

    /** What they hold at the end of a round. */
    Stored stored() throws Exception;

    @Override
    void close();

    /**
     * Ids of writes.
     *
     * @param primary what the primary has that the fault left, or the newest one
     * @param onlyStale what a superseded primary has and the newest one has not
     * @param overwritten whether a superseded primary has become a replica of the newest one meanwhile, so that what it alone
     *     had is gone and can only be told from what it acknowledged
     */
    record Stored(Set<Long> primary, Set<Long> onlyStale, boolean overwritten) {
        public Stored {
            primary = Set.copyOf(primary);
            onlyStale = Set.copyOf(onlyStale);
        }

        /** Nothing was overwritten. */
        public Stored(Set<Long> primary, Set<Long> onlyStale) {
            this(primary, onlyStale, false);
        }
    }
}
