package dev.hastack.core.monitor;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a store module supplies to its monitor, and only that. */
public interface StoreAdapter {

    /** A probe for this node, not yet connected. */
    Probe probe(String node);

    /** A death watch for this node, not yet connected; empty if the store has none. */
    default Optional<DeathWatch> deathWatch(String node) {
        return Optional.empty();
    }

    /**
     * What a probe's error says about the node that it came from; empty for what was refused to the probe itself. {@link Kind#TIMEOUT} where
     * an answer, or a connection, was waited for in vain: that is silence, and no word of the node.
     */
    Optional<Kind> kind(Throwable error);

    /** What may be shown of a node's words: some servers repeat in an error what they were sent. */
    default String shown(String words) {
        return words;
    }

    /**
     * What came of a publication.
     *
     * @param news whether anything changed that a caller may wait for; most answers only move positions, and must not
     *     wake a thousand waiters each
     * @param changes what listeners are told besides the topology's own
     * @param until when the routes have to be looked at again, if no newer snapshot comes before, since something will
     *     have become too old; empty: never
     * @param nearing when all nodes have to be asked again, if no newer snapshot comes before, so that nothing becomes too old
     *     for want of an answer; empty: never
     */
    record Published(boolean news, List<Change> changes, Optional<Instant> until, Optional<Instant> nearing) {
        public Published {
            changes = List.copyOf(changes);
        }

        /** Of a store in which nothing becomes old. */
        public Published(boolean news, List<Change> changes) {
            this(news, changes, Optional.empty(), Optional.empty());
        }
    }

    /**
     * Routes by this snapshot from now on. Called in order, by one thread at a time, before any waiter sees the
     * snapshot; must neither block nor call the monitor.
     *
     * @param now on the monitor's clock, for what depends on age
     */
    Published publish(Snapshot snapshot, Instant now);

    /**
     * Closes the connections of this node's generation, in the background; must not block.
     *
     * @param interrupt whether those in use are aborted; otherwise they may finish
     */
    void retire(String node, int generation, boolean interrupt);

    /**
     * What callers of this process did at the primary in the epoch that was given up last; for people. Empty: the store
     * does not count it.
     */
    default Optional<String> lost() {
        return Optional.empty();
    }

    /** Whether callers wait for a node, besides those that wait in the monitor itself; cheap. */
    default boolean awaited() {
        return false;
    }

    /** How many connections of this node callers hold or wait for now; cheap enough to be asked every few milliseconds. */
    int inUse(String node);

    /** Whether a connection of this node came back since the last call. */
    boolean returned(String node);

    /**
     * Whether what {@link #returned} tells of is an answer of the node's, so that it does not hang, however late it is with its
     * probe.
     */
    default boolean returnedIsAnswered() {
        return false;
    }
}
