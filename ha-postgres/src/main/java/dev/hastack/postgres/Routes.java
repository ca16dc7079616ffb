package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where connections come from, as of one snapshot. Immutable; the hot path reads one volatile reference to it.
 *
 * @param pools of the usable nodes, by id
 * @param primary the pool of the primary, or null while its gate is closed
 * @param primaryUntil until when the primary may be written to, if that is limited; looked at only then, since it costs a
 *     reading of the clock
 * @param diversion the primary's pool, where reads go there only for want of a replica
 * @param eligible the nodes that reads may use
 * @param readers the pools of the best group of these; empty while the gate for reads is closed
 * @param readersUntil until when these hold, if that is limited
 * @param hopeless whether every node denies, so that waiting is in vain
 */
record Routes(
        Snapshot snapshot,
        Map<String, NodePool> pools,
        @Nullable NodePool primary,
        @Nullable Deadline primaryUntil,
        @Nullable NodePool diversion,
        Eligible eligible,
        List<NodePool> readers,
        @Nullable Deadline readersUntil,
        boolean hopeless) {
    static final String UNWITNESSED =
            "; no other node confirms the primary, as ha.postgres.writes.require-witness demands";

    Routes {
        pools = Map.copyOf(pools);
        readers = List.copyOf(readers);
    }

    /** Before any news. */
    static Routes none(Eligible eligible) {
        return new Routes(eligible.snapshot(), Map.of(), null, null, null, eligible, List.of(), null, false);
    }

    /** The pool for a read whatever the breakers say. */
    @Nullable
    NodePool preferred() {
        return choose(readers);
    }

    /** The pool for the next read, or null while there is none: of two at random, the one with fewer calls in flight. */
    @Nullable
    NodePool reader() {
        NodePool pool = preferred();
        return pool == null || pool.breaker().permits() ? pool : besides(pool);
    }

    /** Another one, since a breaker asks for it; if there is none, this one nevertheless. */
    private NodePool besides(NodePool pool) {
        List<NodePool> others = eligible.nodes(node -> node.equals(pool.node()), node -> !isOpen(node)).stream()
                .flatMap(node -> Optional.ofNullable(pools.get(node)).stream())
                .toList();
        NodePool other = choose(others);
        return other == null || isOpen(other.node()) ? pool : other;
    }

    private boolean isOpen(String node) {
        NodePool pool = pools.get(node);
        return pool != null && pool.breaker().open();
    }

    private static @Nullable NodePool choose(List<NodePool> pools) {
        int n = pools.size();
        if (n < 2) {
            return n == 0 ? null : pools.get(0);
        }
        return pools.get(Selection.choose(
                n, i -> pools.get(i).inUse(), ThreadLocalRandom.current().nextInt()));
    }

    /** Whether a replica's data may have become too old since these were made. */
    boolean outdated() {
        Deadline until = readersUntil;
        return until != null && until.passed();
    }

    /** Whether a read that goes to this pool should have gone to a replica. */
    boolean diverts(NodePool pool) {
        return pool == diversion;
    }

    /** The pool of the primary, unless it has been too long since another node confirmed it. */
    @Nullable
    NodePool writer() {
        Deadline until = primaryUntil;
        return until != null && until.passed() ? null : primary;
    }

    /** Whether there is a primary that only lacks a witness, if one is required. */
    boolean lacksWitness(PostgresConfig config) {
        return config.writable()
                && config.writes().requireWitness()
                && snapshot.writable().isPresent()
                && writer() == null;
    }

    /** Whether every node was heard of, well or ill. */
    boolean complete() {
        return snapshot.nodes().values().stream().allMatch(NodeView::heard);
    }

    /** Whether a caller that waits would find something else than before. */
    boolean leadsElsewhere(Routes before) {
        return writer() != before.writer()
                || primary != before.primary
                || !readers.equals(before.readers)
                || hopeless != before.hopeless
                || closed() != before.closed()
                || complete() != before.complete();
    }

    boolean closed() {
        return snapshot.closed();
    }
}
