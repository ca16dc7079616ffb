package dev.hastack.core.topology;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What holds after every step, whatever the input. Checked without AssertJ: millions of times in a few seconds. */
@SuppressWarnings("ReferenceEquality") // that it is the same object is what is promised
final class Invariants {
    private final BiFunction<Snapshot, Input, Step> machine;
    private final Snapshot before;
    private final Input input;
    private final Step step;
    private final Snapshot after;

    private Invariants(BiFunction<Snapshot, Input, Step> machine, Snapshot before, Input input, Step step) {
        this.machine = machine;
        this.before = before;
        this.input = input;
        this.step = step;
        this.after = step.next();
    }

    static void hold(BiFunction<Snapshot, Input, Step> machine, Snapshot before, Input input, Step step) {
        Invariants invariants = new Invariants(machine, before, input, step);
        invariants.ofNodes();
        invariants.ofTheRing();
        invariants.ofWhatNeverFalls();
        invariants.ofPrimaries();
        invariants.ofSuspicion();
        invariants.ofRetirements();
        invariants.ofNothingNew();
        invariants.ofTheInput();
    }

    private void check(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError("%s: %s takes%n  %s to%n  %s".formatted(rule, input, before, step));
        }
    }

    private void ofNodes() {
        int primaries = 0;
        for (NodeView node : after.nodes().values()) {
            if (node.status() == Status.PRIMARY) {
                primaries++;
                check(
                        node.epoch().isEmpty() || node.epoch().equals(after.maxEpoch()),
                        "the primary's epoch is greatest");
                check(node.identity().equals(after.identity()), "the primary's identity is the pinned one");
            }
            boolean usable = node.status().usable();
            check(node.suspect().isEmpty() || (usable && !node.open()), "a suspect node is usable, its gate closed");
            check(
                    !usable || after.identity().isEmpty() || node.identity().equals(after.identity()),
                    "no foreign node is usable");
            check(!after.closed() || node.status() == Status.UNKNOWN, "when closed, all are unknown");
        }
        check(primaries < 2, "at most one primary");
    }

    private void ofTheRing() {
        List<Sample> ring = after.ring();
        if (ring == before.ring()) {
            return;
        }
        check(ring.size() <= Ring.CAPACITY, "the ring is within its capacity");
        for (int i = 1; i < ring.size(); i++) {
            check(!ring.get(i).at().isBefore(ring.get(i - 1).at()), "the ring's times rise");
            check(ring.get(i).position() > ring.get(i - 1).position(), "the ring's positions rise");
        }
        check(after.maxEpoch().equals(before.maxEpoch()) || ring.size() < 2, "a new epoch starts a new ring");
    }

    private void ofWhatNeverFalls() {
        check(
                after.maxEpoch().orElse(-1) >= before.maxEpoch().orElse(-1) || told(Change.EpochAbandoned.class),
                "the greatest epoch never falls unless it is said to be given up");
        check(before.identity().isEmpty() || after.identity().equals(before.identity()), "the identity stays");
        check(
                before.incumbent().isEmpty()
                        || after.incumbent().isPresent()
                        || (input instanceof Input.Forgotten && told(Change.EpochAbandoned.class)),
                "history is not forgotten");
        if (before.incumbent().isEmpty() && after.incumbent().isPresent()) {
            check(after.nodes().values().stream().allMatch(NodeView::heard), "history begins when all are heard");
        }
    }

    private void ofPrimaries() {
        Optional<String> was = before.primary().map(NodeView::node);
        Optional<String> is = after.primary().map(NodeView::node);
        if (is.isPresent() && !is.equals(was)) {
            check(
                    input instanceof Input.Answered a
                            && a.role() == Role.PRIMARY
                            && is.get().equals(a.node()),
                    "a primary is made by its own claim");
        }
        Optional<String> last = was.or(before::incumbent);
        boolean made = is.isPresent() && !is.equals(was);
        boolean moved = made && last.isPresent() && !last.equals(is);
        check(told(Change.PrimaryLost.class) == (was.isPresent() && is.isEmpty()), "PrimaryLost is told");
        check(told(Change.PrimaryFound.class) == (made && !moved), "PrimaryFound is told");
        check(told(Change.PrimaryMoved.class) == moved, "PrimaryMoved is told");
        if (moved) {
            check(
                    step.changes().contains(new Change.PrimaryMoved(last.get(), is.get())),
                    "PrimaryMoved tells whence and whither");
        }
    }

    private boolean told(Class<? extends Change> change) {
        return step.changes().stream().anyMatch(change::isInstance);
    }

    private void ofSuspicion() {
        for (NodeView was : before.nodes().values()) {
            if (was.suspect().isPresent()
                    && after.node(was.node()).filter(NodeView::open).isPresent()) {
                check(
                        input instanceof Input.Answered a
                                && !a.startedAt().isBefore(was.suspect().get()),
                        "only a probe sent after it clears a suspicion");
            }
        }
    }

    private void ofRetirements() {
        for (NodeView was : before.nodes().values()) {
            Optional<NodeView> is = after.node(was.node());
            Status status = is.map(NodeView::status).orElse(Status.UNKNOWN);
            boolean leaves = was.status().usable() && was.status() != status && status != Status.PRIMARY;
            int generations = leaves ? 1 : 0;
            check(
                    is.isEmpty() || is.get().generation() == was.generation() + generations,
                    "a generation rises on leaving");
            List<Action.Retire> retired = step.actions().stream()
                    .filter(Action.Retire.class::isInstance)
                    .map(Action.Retire.class::cast)
                    .filter(retire -> retire.node().equals(was.node()))
                    .toList();
            check(retired.size() == generations, "one retirement on leaving, and none else");
            for (Action.Retire retire : retired) {
                check(retire.generation() == was.generation(), "the old generation is retired");
                check(
                        was.status() != Status.PRIMARY || status != Status.FENCED || retire.interrupt(),
                        "a fenced primary is interrupted");
            }
        }
    }

    private void ofNothingNew() {
        if (after == before) {
            check(step.changes().isEmpty(), "the same snapshot has no changes");
        } else {
            check(after.version() == before.version() + 1, "the version rises by one");
            check(!content(after).equals(content(before)), "a new snapshot is different");
        }
    }

    private static List<Object> content(Snapshot s) {
        return List.of(s.identity(), s.maxEpoch(), s.incumbent(), s.nodes(), s.ring(), s.closed(), s.past());
    }

    private void ofTheInput() {
        repeats(now -> input);
        if (input instanceof Input.Answered answer) {
            boolean current = stands(answer.node(), answer.generation());
            if (current) {
                repeats(now -> Move.with(answer, Move.generation(now, answer.node())));
            }
            check(current || after == before, "an answer of another generation changes nothing");
        } else if (input instanceof Input.Failed failed) {
            check(
                    stands(failed.node(), failed.generation()) || after == before,
                    "a failure of another generation changes nothing");
            check(
                    failed.source() != Input.Source.CALLER || step.changes().isEmpty(),
                    "a caller's error decides nothing");
        }
    }

    private boolean stands(String node, int generation) {
        return before.node(node).filter(n -> n.generation() == generation).isPresent();
    }

    /** Once: a function that gives the same object for the same input gives it for the thirtieth time as well. */
    private void repeats(Function<Snapshot, Input> again) {
        Step repeated = machine.apply(after, again.apply(after));
        check(
                repeated.next() == after && repeated.actions().stream().noneMatch(Action.Retire.class::isInstance),
                "a repetition changes and retires nothing");
    }
}
