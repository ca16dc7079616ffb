package dev.hastack.core.topology;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.stream.Stream;

/** One store's topology at one moment. Immutable. */
public interface Snapshot {

    /** Returns a snapshot as {@link #initial(Optional, Optional, boolean)} does, of a store that adopts. */
    static Snapshot initial(Optional<String> pinnedIdentity, Optional<KnownEpoch> known) {
        return initial(pinnedIdentity, known, true);
    }

    /**
     * Returns the snapshot before any news: no nodes, and no history but the epoch that is known from before.
     *
     * @param adopts whether a primary below the greatest epoch becomes the primary once no node has that any more
     */
    static Snapshot initial(Optional<String> pinnedIdentity, Optional<KnownEpoch> known, boolean adopts) {
        return KnownTopology.initial(pinnedIdentity, known, adopts);
    }

    /** Returns the nodes of a store that tells their roles by itself, as a Redis Cluster does, for store modules: without a history. */
    static Snapshot of(long version, SortedMap<String, NodeView> nodes, boolean closed) {
        return new KnownTopology(
                version,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                nodes,
                List.of(),
                closed,
                Past.none(true));
    }

    /** Returns its number, which rises with every step that changed anything. */
    long version();

    /**
     * Returns the greatest epoch that earlier processes saw; it counts from when {@link #identity} turns out to be of its
     * cluster.
     */
    Optional<KnownEpoch> known();

    /** Returns the cluster that this is, pinned by configuration or by the first primary. */
    Optional<String> identity();

    /** Returns the greatest epoch seen of any node of this identity; it falls only when it is given up. */
    OptionalLong maxEpoch();

    /**
     * Returns the last node that stood as primary when every node had been heard from, or that succeeded one that did; it
     * is what tells a split brain in operation from one at a cold start.
     */
    Optional<String> incumbent();

    /** Returns the nodes by their ids. */
    SortedMap<String, NodeView> nodes();

    /**
     * Returns where the last primary was in {@link #maxEpoch}, oldest first, in rising time and position; empty after a
     * newer epoch was seen, until a primary of it answers; frozen while there is no primary.
     */
    List<Sample> ring();

    /** Returns whether the stack is closed. */
    boolean closed();

    /** Returns what is remembered of the greatest epoch besides, and of the last that was given up. */
    Past past();

    /** Returns the greatest epoch seen, with the cluster that it is of. */
    Optional<KnownEpoch> knownEpoch();

    /** Returns the node that takes writes, suspect or not. */
    Optional<NodeView> primary();

    /**
     * Returns the primary that may be written to now: its gate is open, and it has history. At a cold start a claimant has
     * none until every node was heard from once, since one that has not answered yet may turn out to have the newer epoch.
     */
    Optional<NodeView> writable();

    /** Returns why the primary refuses writes, though it answers; empty without a primary, or if it does not. */
    Optional<Refused> writesRefused();

    /** Returns the nodes of a store without a primary that serve, suspect or not. */
    Stream<NodeView> peers();

    /** Returns whether some node may be written to, as far as its status tells: the primary, or any peer. */
    boolean open();

    /** Returns what callers can do now. */
    Availability availability();

    /**
     * Returns whether a node was refused as primary only because another had an equal claim: a split brain that no epoch
     * can settle. While nobody is primary for this reason, an operator must stop one of the claimants.
     */
    boolean contested();

    /**
     * Returns why this node's claim to be primary was refused, if it is fenced: {@code epoch 6 is below epoch 7 of db2},
     * {@code contested by db2 at the same epoch 7}. Names the nodes that have the better or an equal claim now.
     */
    Optional<String> refusal(NodeView node);

    /**
     * Returns whether an epoch is the greatest, with nothing that tells the two apart. One that shows no history is not
     * taken for it if another of its number was given up.
     */
    boolean hasEpoch(OptionalLong epoch, Optional<String> history);

    /** Returns whether an epoch is over: below the greatest, another of its number, or given up. */
    boolean hadEpoch(OptionalLong epoch, Optional<String> history);

    /**
     * Returns the topology in one line, for errors and logs: {@code READ_ONLY epoch 7 since 12:01:03Z [db1 DOWN refused 4 s
     * ago (connection refused), db2 REPLICA lag<=14 s rtt 0.6 ms, db3 FENCED primary at epoch 6]}. The time is that of the
     * last change of any node's status, in UTC. Holds no credentials, as {@link Failure#cause} holds none.
     *
     * @param now on the clock of the inputs
     */
    String describe(Instant now);

    /** Returns the node of this id, if it is a member. */
    Optional<NodeView> node(String id);
}
