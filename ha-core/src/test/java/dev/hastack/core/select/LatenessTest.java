package dev.hastack.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares what is said of a replica with what is true of it, in a world that the test makes: a primary that writes and
 * rests, a replica that follows at some distance, and probes that take long or come late.
 */
class LatenessTest {
    private static final long MAX_LAG = 2_000;

    /** Where the primary is at each millisecond, and how far behind the replica is. */
    private final long[] written = new long[60_000];

    private final long[] replayed = new long[written.length];

    private void live(Random random, boolean keepsUp) {
        long position = 1_000;
        boolean idle = false;
        int behind = 5;
        for (int t = 0; t < written.length; t++) {
            idle = random.nextInt(3_000) == 0 ? !idle : idle;
            position += idle ? 0 : random.nextInt(10);
            written[t] = position;
            int step = random.nextInt(3) - 1 + (random.nextInt(5_000) == 0 ? 800 : 0);
            behind = Math.max(1, Math.min(keepsUp ? 300 : 6_000, behind + step));
            replayed[t] = Math.max(t == 0 ? 0 : replayed[t - 1], written[Math.max(0, t - behind)]);
        }
    }

    /** Until when all that the primary had written is at or below this position. */
    private long completeUntil(long position) {
        int low = 0;
        int high = written.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (written[middle] <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1L;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 300, 1_500})
    void never_calls_late_what_is_not_nor_reads_what_is_older_than_promised(int slowness) {
        int late = 0;
        for (int seed = 0; seed < 20; seed++) {
            late += run(new Random(seed), slowness, seed % 2 == 0);
        }
        assertThat(late).as("replicas that lag are found out").isPositive();
    }

    private int run(Random random, int slowness, boolean keepsUp) {
        live(random, keepsUp);
        ReadRouting routing = new ReadRouting(
                ReadPolicy.of(Preference.REPLICA),
                Duration.ofMillis(MAX_LAG),
                Map.of(),
                Optional.empty(),
                Optional.empty());
        Snapshot now = Topology.step(
                        Snapshot.initial(Optional.empty(), Optional.empty()),
                        new Input.Members(Set.of("a", "b"), Instant.EPOCH))
                .next();
        Eligible before = routing.eligible(now, Instant.EPOCH);
        int late = 0;
        Probe primary = new Probe(0, random, slowness);
        Probe replica = new Probe(200, random, slowness);
        long lagAtRead = 0;
        for (int t = 1; t < written.length - 1; t++) {
            if (t == primary.answered) {
                now = Topology.step(now, answer("a", Role.PRIMARY, primary, written[primary.read]))
                        .next();
                primary = new Probe(t + 400, random, slowness);
            }
            if (t == replica.answered) {
                now = Topology.step(now, answer("b", Role.REPLICA, replica, replayed[replica.read]))
                        .next();
                lagAtRead = replica.read - completeUntil(replayed[replica.read]);
                replica = new Probe(t + 400, random, slowness);
            }
            if (t % 20 != 0) {
                continue;
            }
            Instant at = Instant.ofEpochMilli(t);
            Eligible next = routing.eligible(now, at);
            NodeView view = now.node("b").orElseThrow();
            long age = t - completeUntil(replayed[t]);
            assertThat(Staleness.bound(now, view, at).map(Duration::toMillis).orElse(Long.MAX_VALUE))
                    .as("bound at %d", t)
                    .isGreaterThanOrEqualTo(age);
            if (next.nodes().contains("b")) {
                assertThat(age).as("age of what is read at %d", t).isLessThanOrEqualTo(MAX_LAG);
            }
            for (Change change : routing.lateness(before, next, at)) {
                if (change instanceof Change.ReplicaLate told) {
                    assertThat(lagAtRead)
                            .as("lag as told at %d", t)
                            .isGreaterThanOrEqualTo(told.lag().toMillis());
                    assertThat(told.lag().toMillis()).isGreaterThan(MAX_LAG);
                    late++;
                }
            }
            before = next;
        }
        if (keepsUp) {
            assertThat(late).as("a replica that keeps up is never called late").isZero();
        }
        return late;
    }

    private static Input answer(String node, Role role, Probe probe, long position) {
        return new Input.Answered(
                node,
                0,
                role,
                Optional.of("S1"),
                OptionalLong.of(1),
                position,
                role == Role.PRIMARY ? 1 : 0,
                Instant.ofEpochMilli(probe.sent),
                Instant.ofEpochMilli(probe.answered));
    }

    /** Sent, carried out and answered at some time, later in a slow world. */
    private static final class Probe {
        private final int sent;
        private final int read;
        private final int answered;

        Probe(int due, Random random, int slowness) {
            sent = due + random.nextInt(slowness + 1);
            read = Math.min(59_998, sent + random.nextInt(slowness + 1));
            answered = Math.max(read, sent + 1) + random.nextInt(slowness + 1);
        }
    }
}
