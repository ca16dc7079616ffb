package dev.hastack.postgres;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where connections come from, as of one snapshot. Immutable; the hot path reads one volatile reference to it.
 *
 * @param primary the pool of the primary, or null while its gate is closed
 * @param primaryUntil until when the primary may be written to, if that is limited; looked at only then, since it costs a
 *     reading of the clock
 * @param late the replicas that get no reads because their data is too old
 * @param readers the pools that reads may use, best group only; empty while the gate for reads is closed
 * @param hopeless whether every node denies, so that waiting is in vain
 */
record Routes(
        Snapshot snapshot,
        @Nullable NodePool primary,
        @Nullable Deadline primaryUntil,
        List<NodePool> readers,
        Set<String> late,
        boolean hopeless) {
    static final Routes NONE =
            new Routes(Snapshot.initial(Optional.empty(), Optional.empty()), null, null, List.of(), Set.of(), false);

    Routes {
        readers = List.copyOf(readers);
    }

    /** The pool of the primary, unless it has been too long since another node confirmed it. */
    @Nullable
    NodePool writer() {
        Deadline until = primaryUntil;
        return until != null && until.passed() ? null : primary;
    }

    /** Whether every node was heard of, well or ill. */
    boolean complete() {
        return snapshot.nodes().values().stream().allMatch(NodeView::heard);
    }

    /** Whether a caller that waits would find something else than before. */
    boolean leadsElsewhere(Routes before) {
        return primary != before.primary
                || !readers.equals(before.readers)
                || hopeless != before.hopeless
                || closed() != before.closed()
                || complete() != before.complete();
    }

    boolean closed() {
        return snapshot.closed();
    }
}
