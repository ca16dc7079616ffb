package dev.hastack.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** {@code -Dwalk.seed=1 -Dwalk.runs=1000000} walks elsewhere and farther. */
class WalkTest {
    private static final long SEED = Long.getLong("walk.seed", 20_240_601);
    private static final int RUNS = Integer.getInteger("walk.runs", 20_000);

    @Test
    void no_random_run_violates_an_invariant() {
        assertThat(new Walk(Topology::step).runs(SEED, RUNS)).isEmpty();
    }

    @Test
    void a_machine_that_takes_news_of_any_generation_is_caught() {
        assertCaught((now, in) -> Topology.step(now, new Move(in, 0).at(now)), "of another generation changes nothing");
    }

    @Test
    void a_machine_that_forgets_epochs_is_caught() {
        assertCaught(
                (now, in) -> {
                    Snapshot forgetful = new KnownTopology(
                            now.version(),
                            now.known(),
                            now.identity(),
                            OptionalLong.empty(),
                            now.incumbent(),
                            now.nodes(),
                            now.ring(),
                            now.closed(),
                            now.past());
                    Step step = Topology.step(forgetful, in);
                    return step.next().equals(forgetful) ? new Step(now, step.changes(), step.actions()) : step;
                },
                "");
    }

    @Test
    void a_machine_that_never_interrupts_is_caught() {
        assertCaught(
                (now, in) -> {
                    Step step = Topology.step(now, in);
                    List<Action> gentle = step.actions().stream()
                            .map(a -> a instanceof Action.Retire r
                                    ? (Action) new Action.Retire(r.node(), r.generation(), false)
                                    : a)
                            .toList();
                    return new Step(step.next(), step.changes(), gentle);
                },
                "a fenced primary is interrupted");
    }

    /** Fails within few runs, and is shrunk to few inputs. */
    private static void assertCaught(BiFunction<Snapshot, Input, Step> machine, String why) {
        Optional<String> failure = new Walk(machine).runs(SEED, RUNS);
        assertThat(failure).get().asString().contains(why).contains("walk.seed=");
        assertThat(failure.orElseThrow()
                        .lines()
                        .filter(line -> line.startsWith("  "))
                        .count())
                .as("inputs left in: %s", failure)
                .isLessThanOrEqualTo(5);
    }

    @Test
    void every_order_of_a_split_brain_ends_the_same() {
        List<Input.Answered> answers = List.of(
                answer("stale", Role.PRIMARY, 6, 1),
                answer("fresh", Role.PRIMARY, 7, 1),
                answer("follower", Role.REPLICA, 7, 0),
                answer("old-follower", Role.REPLICA, 6, 0));
        int orders = 0;
        for (int i = 0; i < 256; i++) {
            Set<Integer> distinct = Set.copyOf(List.of(i & 3, i >> 2 & 3, i >> 4 & 3, i >> 6 & 3));
            if (distinct.size() < 4) {
                continue;
            }
            orders++;
            Snapshot now = Topology.step(
                            Snapshot.initial(Optional.empty(), Optional.empty()),
                            new Input.Members(Set.of("stale", "fresh", "follower", "old-follower"), Instant.EPOCH))
                    .next();
            for (int shift = 0; shift < 8; shift += 2) {
                Input.Answered answer = answers.get(i >> shift & 3);
                now = Topology.step(now, Move.with(answer, Move.generation(now, answer.node())))
                        .next();
            }
            assertThat(now.nodes().values().stream().map(n -> n.node() + " " + n.status()))
                    .containsExactly("follower REPLICA", "fresh PRIMARY", "old-follower REPLICA", "stale FENCED");
            assertThat(now.maxEpoch()).hasValue(7);
        }
        assertThat(orders).isEqualTo(24);
    }

    private static Input.Answered answer(String node, Role role, long epoch, int followers) {
        Instant at = Instant.ofEpochSecond(1);
        return new Input.Answered(node, 0, role, Optional.of("S1"), OptionalLong.of(epoch), 100, followers, at, at);
    }
}
