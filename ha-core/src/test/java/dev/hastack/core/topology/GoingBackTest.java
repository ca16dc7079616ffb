package dev.hastack.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Estate.Timeline;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Operators promote, give promotions up and go back, at random, and probes see it late and in part. An epoch is never given up
 * while a configured server has it, alive or dead; and once all are back behind one primary, that is written to within a
 * second. {@code -Dwalk.seed=1 -Dwalk.runs=1000000} walks elsewhere and farther.
 */
class GoingBackTest {
    private static final long SEED = Long.getLong("walk.seed", 20_240_601);
    private static final int RUNS = Integer.getInteger("walk.runs", 5_000);
    private static final int LENGTH = 120;

    /** Counts what was proven, so that it is something. */
    private int abandoned;

    private int returned;

    @Test
    void no_epoch_is_given_up_while_a_configured_server_has_it() {
        for (long seed = SEED; seed < SEED + RUNS; seed++) {
            new Run(seed, Topology::step).walk();
        }
        assertThat(abandoned).isGreaterThan(RUNS / 20);
        assertThat(returned).isGreaterThan(RUNS / 4);
    }

    @Test
    void a_machine_that_takes_every_replica_for_one_of_the_claimant_is_caught() {
        BiFunction<Snapshot, Input, Step> hasty = (now, in) -> Topology.step(
                now,
                in instanceof Input.Answered a
                        ? new Input.Answered(
                                a.node(),
                                a.generation(),
                                a.role(),
                                a.identity(),
                                a.epoch(),
                                a.position(),
                                a.followers(),
                                a.refused(),
                                a.startedAt(),
                                a.at(),
                                new Origin(
                                        a.origin().history(),
                                        Optional.of("always"),
                                        a.origin().exact()))
                        : in);
        AssertionError caught = null;
        for (long seed = SEED; seed < SEED + RUNS && caught == null; seed++) {
            try {
                new Run(seed, hasty).walk();
            } catch (AssertionError e) {
                caught = e;
            }
        }
        assertThat(caught).hasMessageContaining("was given up");
    }

    private final class Run {
        private final long seed;
        private final BiFunction<Snapshot, Input, Step> machine;
        private final SplittableRandom random;
        private final Estate estate;
        private final Deque<Input> underWay = new ArrayDeque<>();
        private final Deque<Timeline> asked = new ArrayDeque<>();
        /** The timelines of the greatest epoch's number that were shown since it is the greatest. */
        private final Set<Timeline> sighted = new HashSet<>();

        private Snapshot now;

        Run(long seed, BiFunction<Snapshot, Input, Step> machine) {
            this.seed = seed;
            this.machine = machine;
            this.random = new SplittableRandom(seed);
            this.estate = new Estate(random, 2 + random.nextInt(3));
            this.now = Snapshot.initial(Optional.empty(), Optional.empty());
            take(new Input.Members(estate.servers.keySet(), Instant.EPOCH), null);
        }

        void walk() {
            for (int i = 0; i < LENGTH; i++) {
                switch (random.nextInt(8)) {
                    case 0, 1 -> estate.befalls();
                    case 2 -> goBack(random.nextInt(4) == 0);
                    default -> probe();
                }
            }
            goBack(true);
            returns();
        }

        /** Answers come in the order in which they were asked for, some of them late. */
        private void probe() {
            estate.now = estate.now.plusMillis(1 + random.nextInt(100));
            String id = estate.any().id;
            underWay.add(estate.ask(id));
            asked.add(estate.server(id).timeline);
            if (random.nextInt(4) > 0) {
                deliver();
            }
        }

        private void deliver() {
            while (!underWay.isEmpty()) {
                Timeline shown = asked.remove();
                take(at(underWay.remove()), shown);
            }
        }

        /** Now, and of the node's present generation. */
        private Input at(Input input) {
            Instant time = estate.now.plusNanos(2);
            if (input instanceof Input.Answered a) {
                return new Input.Answered(
                        a.node(),
                        Move.generation(now, a.node()),
                        a.role(),
                        a.identity(),
                        a.epoch(),
                        a.position(),
                        a.followers(),
                        a.refused(),
                        a.startedAt(),
                        time,
                        a.origin());
            }
            Input.Failed f = (Input.Failed) input;
            return new Input.Failed(f.node(), Move.generation(now, f.node()), f.kind(), f.source(), f.cause(), time);
        }

        private void take(Input input, @Nullable Timeline shown) {
            Step step = machine.apply(now, input);
            if (step.changes().stream().anyMatch(Change.EpochAbandoned.class::isInstance)) {
                abandoned++;
                for (Estate.Server server : estate.servers.values()) {
                    assertThat(Estate.held(server))
                            .as(
                                    "-Dwalk.seed=%d: an epoch was given up that %s has: %s takes %s in truth %s",
                                    seed, server.id, now, input, estate)
                            .doesNotContainAnyElementsOf(sighted);
                }
                sighted.clear();
            }
            if (!step.next().maxEpoch().equals(now.maxEpoch())) {
                sighted.clear();
            }
            now = step.next();
            if (shown != null
                    && input instanceof Input.Answered
                    && now.maxEpoch().orElse(-1) == shown.number()) {
                sighted.add(shown);
            }
        }

        /** The operator chooses a primary, whatever it has, and makes some or all others its replicas, or their replicas. */
        private void goBack(boolean all) {
            Estate.Server main = estate.any();
            main.alive = true;
            if (main.role == Role.REPLICA) {
                return;
            }
            for (Estate.Server server : estate.servers.values()) {
                if (all || random.nextBoolean()) {
                    estate.rebuild(server, main);
                }
            }
            if (random.nextInt(3) == 0) {
                estate.cascade(estate.any(), estate.any());
            }
        }

        /** All follow one primary: then that is written to within a second. */
        private void returns() {
            deliver();
            List<Estate.Server> primaries = estate.servers.values().stream()
                    .filter(s -> s.role == Role.PRIMARY)
                    .toList();
            if (primaries.isEmpty()) {
                return;
            }
            boolean whole = estate.servers.values().stream()
                    .allMatch(s -> s.alive
                            && s.timeline.equals(primaries.get(0).timeline)
                            && estate.isSeenToFollow(s, primaries.get(0)));
            if (primaries.size() != 1 || !whole) {
                return;
            }
            returned++;
            Instant second = estate.now.plusSeconds(1);
            while (estate.now.isBefore(second)) {
                for (String id : estate.servers.keySet()) {
                    estate.now = estate.now.plusMillis(40);
                    take(at(estate.ask(id)), estate.server(id).timeline);
                }
            }
            assertThat(now.writable().map(NodeView::node))
                    .as(
                            "-Dwalk.seed=%d: who is written to a second after all were back: %s in truth %s",
                            seed, now, estate)
                    .hasValueSatisfying(
                            node -> assertThat(estate.server(node).role).isEqualTo(Role.PRIMARY));
        }
    }
}
