package dev.hastack.postgres;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where connections come from, as of one snapshot. Immutable; the hot path reads one volatile reference to it.
 *
 * @param primary the pool of the primary, or null while its gate is closed
 * @param readers the pools that reads may use, best group only; empty while the gate for reads is closed
 * @param hopeless whether every node denies, so that waiting is in vain
 */
record Routes(Snapshot snapshot, @Nullable NodePool primary, List<NodePool> readers, boolean hopeless) {
    Routes {
        readers = List.copyOf(readers);
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
