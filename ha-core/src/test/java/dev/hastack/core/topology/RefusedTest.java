package dev.hastack.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A node that refuses one thing is there for all others. */
class RefusedTest {
    private static final Instant START = Instant.EPOCH;
    private static final Refused MISCONF = Refused.writes("MISCONF Redis is configured to save RDB snapshots");

    private Snapshot snapshot = Topology.step(
                    Snapshot.initial(Optional.empty(), Optional.empty()), new Input.Members(Set.of("a"), START))
            .next();

    @Test
    void refusalsAreToldWhenTheyBeginAndWhenTheyEndAndChangeNothingElse() {
        assertThat(answer()).containsExactly(new Change.PrimaryFound("a"));
        assertThat(answer(MISCONF)).containsExactly(new Change.NodeRefuses("a", MISCONF));
        assertThat(answer(Refused.writes("OOM command not allowed"))).isEmpty();
        assertThat(snapshot.writable()).isPresent();
        assertThat(snapshot.writesRefused()).isPresent();
        assertThat(answer()).containsExactly(new Change.NodeRefusesNoMore("a", "writes"));
        assertThat(snapshot.writesRefused()).isEmpty();
    }

    @Test
    void healthSaysWhatCannotBeDone() {
        answer(MISCONF);

        assertThat(health().health()).isEqualTo(Health.DEGRADED);
        assertThat(health().reason()).contains(MISCONF.text());
        assertThat(snapshot.describe(START)).contains("writes refused: MISCONF");

        answer(new Refused(Refused.Use.ALL, "commands", "BUSY Redis is busy running a script"));
        assertThat(health().health()).isEqualTo(Health.DOWN);

        answer(Refused.fact("INFO memory", "NOPERM"));
        assertThat(health().health()).isEqualTo(Health.UP);
        assertThat(snapshot.describe(START)).contains("INFO memory refused: NOPERM");
    }

    @Test
    void aNodeThatIsDownRefusesNothing() {
        answer(MISCONF);
        step(new Input.Failed("a", 0, Kind.NETWORK, Input.Source.PROBE, "gone", START));

        assertThat(snapshot.node("a").orElseThrow().refused()).isEmpty();
    }

    private NodeHealth health() {
        return NodeHealth.of(
                snapshot, snapshot.node("a").orElseThrow(), "localhost:1", Optional.empty(), false, List.of());
    }

    private List<Change> answer(Refused... refused) {
        return step(new Input.Answered(
                "a", 0, Role.PRIMARY, Optional.of("S1"), OptionalLong.of(1), 0, 0, List.of(refused), START, START));
    }

    private List<Change> step(Input input) {
        Step step = Topology.step(snapshot, input);
        snapshot = step.next();
        return step.changes();
    }
}
