package dev.hastack.core.topology;

import java.util.Optional;

/** What a probe's answer does: identity first, then the role (T1 to T6). */
final class Answers {
    private final Draft draft;
    private final Input.Answered answer;
    /** The node as it was, and as it is after the answer, in its old status. */
    private final NodeView was;

    private final NodeView heard;

    private Answers(Draft draft, Input.Answered answer, NodeView was) {
        this.draft = draft;
        this.answer = answer;
        this.was = was;
        this.heard = KnownNode.after(was, answer);
    }

    static void take(Draft draft, Input.Answered answer, NodeView was) {
        if (answer.generation() != was.generation()) {
            // It was asked before the node changed: what it says may be over.
            draft.probe(was.node());
            return;
        }
        new Answers(draft, answer, was).judge();
    }

    private void judge() {
        if (KnownNode.precedesSuspicion(was, answer)) {
            draft.probe(was.node());
        }
        refusals();
        if (answer.role() != Role.REPLICA && draft.identity().isEmpty()) {
            pin(answer.identity());
        }
        if (!ours(draft, heard)) {
            foreign(draft, heard, was.identity());
        } else if (answer.role() == Role.PRIMARY) {
            new Claim(draft, answer, heard).decide();
        } else if (answer.role() == Role.PEER) {
            peer();
        } else {
            replica();
        }
    }

    /** What is refused for the first time, and what no more; why it is, may change from one answer to the next. */
    private void refusals() {
        answer.refused().stream()
                .filter(now -> was.refused().stream().noneMatch(before -> alike(now, before)))
                .forEach(now -> draft.changed(new Change.NodeRefuses(was.node(), now)));
        was.refused().stream()
                .filter(before -> answer.refused().stream().noneMatch(now -> alike(now, before)))
                .forEach(before -> draft.changed(new Change.NodeRefusesNoMore(was.node(), before.what())));
    }

    private static boolean alike(Refused one, Refused other) {
        return one.use() == other.use() && one.what().equals(other.what());
    }

    /** Where all are alike, there is nothing to decide but whose cluster it is. */
    private void peer() {
        draft.move(heard, Status.PEER, false, answer.at());
        if (!was.status().usable()) {
            draft.changed(new Change.NodeUp(was.node()));
        }
    }

    /** T4, T5. Its epoch counts only if its cluster is known to be ours: not before the pin. */
    private void replica() {
        draft.move(heard, Status.REPLICA, false, answer.at());
        if (was.status() == Status.PRIMARY) {
            draft.changed(new Change.PrimaryLost(was.node(), "it is a replica now"));
        } else if (!was.status().usable()) {
            draft.changed(new Change.NodeUp(was.node()));
        }
        if (answer.identity().equals(draft.identity())) {
            if (!draft.gaveUp(answer.epoch(), answer.origin().history(), was)) {
                draft.count(answer.epoch(), answer.origin().history(), was.node(), answer.at());
            }
            askWhomAllFollow();
        }
    }

    /** Whoever is refused for an epoch that this answer shows to be abandoned is asked again: its claim counts now. */
    private void askWhomAllFollow() {
        if (draft.past().adopts() && draft.primary().isEmpty()) {
            draft.nodes().stream().filter(node -> draft.abandoned(node)).forEach(node -> draft.probe(node.node()));
        }
    }

    /** The first primary, or peer, says which cluster this is; whoever answered before is judged now. */
    private void pin(Optional<String> cluster) {
        if (cluster.isEmpty()) {
            return;
        }
        draft.pin(cluster);
        for (NodeView node : draft.nodes()) {
            if (node.node().equals(was.node()) || !answered(node)) {
                continue;
            }
            if (ours(draft, node)) {
                draft.count(node.epoch(), node.origin().history(), node.node(), answer.at());
            } else {
                foreign(draft, node, node.identity());
            }
        }
    }

    private void foreign(Draft draft, NodeView node, Optional<String> before) {
        boolean news = node.status() != Status.FOREIGN || !node.identity().equals(before);
        draft.move(node, Status.FOREIGN, false, answer.at());
        if (node.status() == Status.PRIMARY) {
            draft.changed(new Change.PrimaryLost(node.node(), "it belongs to another cluster"));
        }
        if (news) {
            String expected = draft.identity().orElseThrow();
            draft.changed(new Change.NodeForeign(node.node(), expected, node.identity()));
        }
    }

    private static boolean ours(Draft draft, NodeView node) {
        return draft.identity().isEmpty() || draft.identity().equals(node.identity());
    }

    private static boolean answered(NodeView node) {
        return node.status().usable() || node.status() == Status.FENCED;
    }
}
