package dev.hastack.core.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A node of this cluster says that it is the primary (T1, T2, T3). A newer epoch always wins and an older one always
 * loses. Between equals, the one that has stood for long (the incumbent) stays; where there is none, as at a cold
 * start, nobody is primary unless exactly one of the claimants has followers.
 */
final class Claim {
    private final Draft draft;
    private final Input.Answered answer;
    private final NodeView node;

    Claim(Draft draft, Input.Answered answer, NodeView node) {
        this.draft = draft;
        this.answer = answer;
        this.node = node;
    }

    void decide() {
        OptionalLong known = draft.maxEpoch();
        Optional<String> refusal = refusal(known);
        if (refusal.isPresent()) {
            // One that stands is left first: what is under way on it is of the history that it had.
            if (draft.past().adopts() && node.status() != Status.PRIMARY && isNews() && draft.abandoned(node)) {
                draft.abandon(node);
                adopt();
            } else {
                refuse(refusal.get());
            }
        } else if (Epochs.below(known, answer.epoch())) {
            adopt();
        } else if (node.status() == Status.PRIMARY) {
            stay(false);
        } else if (draft.incumbent().isPresent()) {
            draft.primary().ifPresentOrElse(this::yieldTo, this::adopt);
        } else {
            decideWithoutHistory();
        }
    }

    /** Whether this is not the very answer that was refused before. */
    private boolean isNews() {
        return Optional.ofNullable(draft.node(node.node()))
                .flatMap(NodeView::answeredAt)
                .filter(asked -> !asked.isBefore(answer.startedAt()))
                .isEmpty();
    }

    /** Why this is no claim as good as others, if it is none. */
    private Optional<String> refusal(OptionalLong known) {
        if (draft.past().supersedes(node, known)) {
            return Optional.of(draft.past().refusal(node, known));
        }
        NodeView was = draft.node(node.node());
        return was != null && draft.gaveUp(answer.epoch(), answer.origin().history(), was)
                ? Optional.of(draft.past().refusal(node, known))
                : Optional.empty();
    }

    private void decideWithoutHistory() {
        List<NodeView> rivals = rivals();
        if (rivals.isEmpty()) {
            adopt();
            return;
        }
        Optional<NodeView> followed = onlyOneFollowed(rivals);
        if (followed.isPresent() && followed.get().node().equals(node.node())) {
            adopt();
        } else if (followed.isPresent()) {
            yieldTo(followed.get());
        } else {
            draft.primary().ifPresent(standing -> {
                String reason = "contested by " + node.node() + Epochs.equally(answer.epoch());
                draft.changed(new Change.PrimaryLost(standing.node(), reason));
                draft.fence(standing, reason, answer.at());
                draft.probe(standing.node());
            });
            contested("contested by " + rivals.get(0).node() + Epochs.equally(answer.epoch()));
        }
    }

    /** The others with a claim as good as this one. */
    private List<NodeView> rivals() {
        List<NodeView> rivals = new ArrayList<>();
        draft.primary().ifPresent(rivals::add);
        for (NodeView other : draft.nodes()) {
            if (other.status() == Status.FENCED
                    && !other.node().equals(node.node())
                    && !draft.past().refuses(other, draft.maxEpoch())) {
                rivals.add(other);
            }
        }
        return rivals;
    }

    private Optional<NodeView> onlyOneFollowed(List<NodeView> rivals) {
        List<NodeView> followed = new ArrayList<>(rivals);
        followed.add(node);
        followed.removeIf(claimant -> claimant.followers() == 0);
        return followed.size() == 1 ? Optional.of(followed.get(0)) : Optional.empty();
    }

    /** The other has the better of two equal claims: it is asked again, in case that it has just yielded. */
    private void yieldTo(NodeView other) {
        boolean news = contested(other.node() + " stands" + Epochs.equally(answer.epoch()));
        if (news || other.status() != Status.PRIMARY) {
            draft.probe(other.node());
        }
    }

    /** Fences this node; says whether that is news. */
    private boolean contested(String reason) {
        NodeView before = draft.node(node.node());
        boolean news = before == null
                || before.status() != Status.FENCED
                || !before.epoch().equals(node.epoch());
        draft.count(answer.epoch(), answer.origin().history(), node.node(), answer.at());
        draft.fence(node, reason, answer.at());
        return news;
    }

    private void refuse(String reason) {
        if (node.status() == Status.PRIMARY) {
            draft.changed(new Change.PrimaryLost(node.node(), reason));
        }
        draft.fence(node, reason, answer.at());
    }

    private void adopt() {
        if (node.status() == Status.PRIMARY) {
            stay(false);
            return;
        }
        Optional<NodeView> dethroned = draft.primary();
        dethroned.ifPresent(old -> {
            draft.fence(old, "superseded by " + node.node() + " at " + Epochs.words(answer.epoch()), answer.at());
            draft.probe(old.node());
        });
        Optional<String> last = dethroned.map(NodeView::node).or(draft::incumbent);
        boolean moved = last.isPresent() && !last.get().equals(node.node());
        draft.changed(moved ? new Change.PrimaryMoved(last.get(), node.node()) : new Change.PrimaryFound(node.node()));
        stay(true);
    }

    private void stay(boolean adopted) {
        draft.move(node, Status.PRIMARY, false, answer.at());
        draft.count(answer.epoch(), answer.origin().history(), node.node(), answer.at());
        draft.sample(answer, adopted);
    }
}
