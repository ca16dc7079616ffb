package dev.hastack.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * What the nodes truly are after a run, when nothing changes any more: two rounds of truthful answers, in any order,
 * make the topology settle, and where the truth has one primary, find it.
 */
final class Truth {
    private static final Instant START = Instant.ofEpochSecond(100_000);

    private final BiFunction<Snapshot, Input, Step> machine;
    /** By node: its answer, or nothing if it is dead. */
    private final Map<String, Optional<Input.Answered>> nodes = new TreeMap<>();

    private final SplittableRandom orders;

    Truth(BiFunction<Snapshot, Input, Step> machine, Move.World world, Snapshot now, SplittableRandom random) {
        this.machine = machine;
        this.orders = random.split();
        for (String id : now.nodes().keySet()) {
            nodes.put(id, random.nextInt(5) == 0 ? Optional.empty() : Optional.of(answer(world, random, id)));
        }
    }

    private static Input.Answered answer(Move.World world, SplittableRandom random, String id) {
        Role role = random.nextInt(3) == 0 ? Role.PRIMARY : Role.REPLICA;
        // Who is pinned first is a matter of order, if nobody is: then all are of one cluster.
        Optional<String> identity =
                world.pinned() == null && world.identities() > 0 ? Optional.of("S1") : world.identity(random);
        int followers = role == Role.PRIMARY ? random.nextInt(2) : 0;
        return new Input.Answered(id, 0, role, identity, world.epoch(random), 500, followers, START, START);
    }

    void settles(Snapshot start) {
        Snapshot now = round(round(start, START.plusSeconds(1)).next(), START.plusSeconds(2))
                .next();
        Step third = round(now, START.plusSeconds(3));
        assertThat(third.changes())
                .as("changes of a third round of the truth %s", nodes)
                .isEmpty();
        assertThat(third.actions()).as("actions of a third round").noneMatch(Action.Retire.class::isInstance);
        Optional<String> rightful = rightful(now);
        if (rightful.isEmpty()) {
            return;
        }
        Snapshot end = third.next();
        nodes.forEach((id, answer) -> assertThat(end.node(id).orElseThrow().status())
                .as("status of %s, as the truth is %s", id, nodes)
                .isEqualTo(expected(end, rightful.get(), id, answer)));
    }

    private static Status expected(Snapshot end, String rightful, String id, Optional<Input.Answered> answer) {
        if (answer.isEmpty()) {
            return Status.DOWN;
        } else if (end.identity().isPresent()
                && !end.identity().equals(answer.get().identity())) {
            return Status.FOREIGN;
        } else if (id.equals(rightful)) {
            return Status.PRIMARY;
        }
        return answer.get().role() == Role.PRIMARY ? Status.FENCED : Status.REPLICA;
    }

    /** The one claimant of this cluster, or the one with the greatest epoch, unless a greater one is known, or its own was given up. */
    private Optional<String> rightful(Snapshot now) {
        List<Input.Answered> claims = new ArrayList<>();
        nodes.values()
                .forEach(answer -> answer.filter(a -> a.role() == Role.PRIMARY)
                        .filter(a -> now.identity().isEmpty() || now.identity().equals(a.identity()))
                        .ifPresent(claims::add));
        OptionalLong max = now.maxEpoch();
        claims.removeIf(a -> Epochs.below(a.epoch(), max));
        claims.removeIf(a -> now.past()
                .gaveUp(a.epoch(), a.origin().history(), max, now.node(a.node()).orElseThrow()));
        return claims.size() == 1 ? Optional.of(claims.get(0).node()) : Optional.empty();
    }

    /** Each node once, in random order, with a probe sent in this round. */
    private Step round(Snapshot start, Instant at) {
        List<String> order = new ArrayList<>(nodes.keySet());
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, orders.nextInt(i + 1));
        }
        Snapshot now = start;
        List<Change> changes = new ArrayList<>();
        List<Action> actions = new ArrayList<>();
        for (String id : order) {
            int generation = Move.generation(now, id);
            Input input = nodes.getOrDefault(id, Optional.empty())
                    .<Input>map(a -> new Input.Answered(
                            id,
                            generation,
                            a.role(),
                            a.identity(),
                            a.epoch(),
                            a.position(),
                            a.followers(),
                            a.refused(),
                            at,
                            at,
                            a.origin()))
                    .orElse(new Input.Failed(id, generation, Kind.REFUSED, Input.Source.PROBE, "dead", at));
            Step step = machine.apply(now, input);
            Invariants.hold(machine, now, input, step);
            now = step.next();
            changes.addAll(step.changes());
            actions.addAll(step.actions());
        }
        return new Step(now, changes, actions);
    }
}
