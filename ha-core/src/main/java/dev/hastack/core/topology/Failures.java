package dev.hastack.core.topology;

import java.time.Duration;

/** What a failure does: a probe's decides (T7 to T10), a caller's raises a suspicion at most. */
final class Failures {
    /** Each time that a node was usable for so long before it fell, one of its earlier falls is forgotten. */
    private static final Duration FORGETS_A_FALL = Duration.ofMinutes(1);

    private Failures() {}

    static void take(Draft draft, Input.Failed failed, NodeView node) {
        if (failed.generation() != node.generation()) {
            return;
        }
        if (failed.source() == Input.Source.CALLER) {
            caller(draft, failed, node);
        } else {
            probe(draft, failed, node);
        }
    }

    private static void caller(Draft draft, Input.Failed failed, NodeView node) {
        if (!node.open()) {
            return;
        }
        switch (failed.kind()) {
            case REFUSED, NETWORK, SHUTTING_DOWN -> {
                draft.put(KnownNode.suspected(node, failure(failed)));
                draft.probe(node.node());
            }
            case NOT_PRIMARY -> {
                // A read-only transaction of the caller's own raises it too, so it is no proof.
                if (node.status() == Status.PRIMARY) {
                    draft.put(KnownNode.suspected(node, failure(failed)));
                    draft.probeAll();
                }
            }
            case HUNG, DENIED, TIMEOUT, OVERLOADED -> {}
        }
    }

    private static void probe(Draft draft, Input.Failed failed, NodeView node) {
        switch (failed.kind()) {
            case REFUSED, NETWORK, SHUTTING_DOWN -> down(draft, failed, node, false);
            case DENIED -> denied(draft, failed, node);
            case HUNG -> down(draft, failed, node, true);
            case NOT_PRIMARY -> {
                if (node.status() == Status.PRIMARY) {
                    draft.changed(new Change.PrimaryLost(node.node(), failed.cause()));
                    NodeView unknown = draft.move(node, Status.UNKNOWN, false, failed.at());
                    draft.put(KnownNode.failed(unknown, failure(failed)));
                    draft.probeAll();
                } else {
                    note(draft, failed, node);
                }
            }
            case TIMEOUT -> silent(draft, failed, node);
            case OVERLOADED -> note(draft, failed, node);
        }
    }

    /** A probe without an answer is no verdict. The others are asked what they know: one of them may lead by now. */
    private static void silent(Draft draft, Input.Failed failed, NodeView node) {
        if (!node.open()) {
            note(draft, failed, node);
        } else if (!node.silent()) {
            draft.put(KnownNode.failed(node, failure(failed)));
            probeOthers(draft, node);
        }
    }

    /** A node that serves callers on what they have is not gone, though nobody can ask it: it counts as one that is silent. */
    private static void denied(Draft draft, Input.Failed failed, NodeView node) {
        if (failed.source() != Input.Source.PROBE_BESIDE_CALLERS || !node.open()) {
            down(draft, failed, node, false);
            return;
        }
        boolean known = node.failure().filter(f -> f.kind() == Kind.DENIED).isPresent();
        draft.put(latest(node, failed));
        if (!known) {
            probeOthers(draft, node);
        }
    }

    private static void probeOthers(Draft draft, NodeView node) {
        draft.nodes().stream()
                .map(NodeView::node)
                .filter(other -> !other.equals(node.node()))
                .forEach(draft::probe);
    }

    /** Says why a node is still unknown, suspect, or down: refused work is why that lasts. Says nothing of one that is known. */
    private static void note(Draft draft, Input.Failed failed, NodeView node) {
        boolean undecided = node.suspect().isPresent() || node.status() == Status.DOWN;
        if (node.status() == Status.UNKNOWN || (undecided && failed.kind() == Kind.OVERLOADED)) {
            draft.put(latest(node, failed));
        }
    }

    private static void down(Draft draft, Input.Failed failed, NodeView node, boolean interrupt) {
        if (node.status() == Status.DOWN) {
            draft.put(latest(node, failed));
            return;
        }
        if (node.status() == Status.PRIMARY) {
            draft.changed(new Change.PrimaryLost(node.node(), failed.cause()));
        }
        NodeView down = KnownNode.failed(draft.move(node, Status.DOWN, interrupt, failed.at()), failure(failed));
        if (node.status().usable()) {
            long forgotten = Duration.between(node.since(), failed.at()).dividedBy(FORGETS_A_FALL);
            down = KnownNode.fallen(down, (int) Math.max(0, node.falls() - Math.max(0, forgotten)) + 1);
            if (failed.kind() != Kind.DENIED) {
                draft.probe(node.node());
            }
        }
        draft.put(down);
        draft.changed(new Change.NodeDown(node.node(), failure(failed)));
    }

    /** A failure that only repeats the last one keeps that one's time: it is known since then. */
    private static NodeView latest(NodeView node, Input.Failed failed) {
        boolean repeated = node.failure()
                .filter(f -> f.kind() == failed.kind() && f.cause().equals(failed.cause()))
                .isPresent();
        return repeated ? node : KnownNode.failed(node, failure(failed));
    }

    private static Failure failure(Input.Failed failed) {
        return new Failure(failed.kind(), failed.cause(), failed.at());
    }
}
