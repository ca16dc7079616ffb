package dev.hastack.core.topology;

/** What a topology is good for; always derived from its nodes, never stored. */
public enum Availability {
    /** No node has been heard of yet. */
    PENDING,
    /** There is a primary, or a peer, suspect or not. */
    WRITABLE,
    /** There are replicas, and no primary. */
    READ_ONLY,
    /** Every node that was heard of is of no use, or the topology is closed. */
    DARK;

    static Availability of(Snapshot snapshot) {
        if (snapshot.closed()) {
            return DARK;
        }
        if (snapshot.primary().isPresent() || snapshot.peers().findAny().isPresent()) {
            return WRITABLE;
        }
        boolean heard = false;
        for (NodeView node : snapshot.nodes().values()) {
            if (node.status() == Status.REPLICA) {
                return READ_ONLY;
            }
            heard |= node.heard();
        }
        return heard ? DARK : PENDING;
    }
}
