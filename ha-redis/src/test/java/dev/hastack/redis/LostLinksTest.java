package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LostLinksTest {
    private static final Set<String> NONE = Set.of();
    private static final Set<String> REPLICA = Set.of("replica");
    private static final Change LOST = new Change.ReplicaUnlinked("replica", "main");
    private static final Change BACK = new Change.ReplicaLinked("replica");

    private final LostLinks links = new LostLinks();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Snapshot snapshot = Snapshot.initial(Optional.empty(), Optional.empty());

    LostLinksTest() {
        step(new Input.Members(Set.of("main", "replica"), now));
        answers("main", Role.PRIMARY);
        answers("replica", Role.REPLICA);
    }

    private void step(Input input) {
        snapshot = Topology.step(snapshot, input).next();
    }

    private int generation(String node) {
        return snapshot.node(node).orElseThrow().generation();
    }

    private void falls(String node) {
        step(new Input.Failed(node, generation(node), Kind.REFUSED, Input.Source.PROBE, "Connection refused", now));
    }

    private void answers(String node, Role role) {
        step(new Input.Answered(node, generation(node), role, Optional.of("id"), OptionalLong.of(1), 1, 0, now, now));
    }

    private List<Change> after(Duration time, Set<String> unlinked) {
        now = now.plus(time);
        return links.next(snapshot, unlinked, now);
    }

    @Test
    void a_replica_is_reported_once_when_it_has_been_out_of_touch_for_long_and_once_when_it_is_back() {
        assertThat(after(Duration.ZERO, REPLICA)).isEmpty();
        assertThat(after(LostLinks.PATIENCE.minusMillis(1), REPLICA)).isEmpty();
        assertThat(after(Duration.ofMillis(1), REPLICA)).containsExactly(LOST);
        assertThat(after(LostLinks.PATIENCE, REPLICA)).isEmpty();
        assertThat(after(Duration.ofMillis(1), NONE)).containsExactly(BACK);
        assertThat(after(Duration.ofMillis(1), NONE)).isEmpty();
    }

    @Test
    void a_moment_out_of_touch_is_no_news() {
        assertThat(after(Duration.ZERO, REPLICA)).isEmpty();
        assertThat(after(LostLinks.PATIENCE.minusMillis(1), NONE)).isEmpty();
        assertThat(after(Duration.ofMillis(1), REPLICA)).isEmpty();
        assertThat(after(LostLinks.PATIENCE.minusMillis(1), REPLICA)).isEmpty();
    }

    @Test
    void time_without_a_primary_does_not_count() {
        assertThat(after(Duration.ZERO, REPLICA)).isEmpty();
        falls("main");
        assertThat(after(LostLinks.PATIENCE, REPLICA)).isEmpty();
        answers("main", Role.PRIMARY);
        assertThat(after(Duration.ofMillis(1), REPLICA)).isEmpty();
        assertThat(after(LostLinks.PATIENCE, REPLICA)).containsExactly(LOST);
    }

    @Test
    void one_that_falls_meanwhile_is_reported_as_down_and_not_as_back() {
        assertThat(after(Duration.ZERO, REPLICA)).isEmpty();
        assertThat(after(LostLinks.PATIENCE, REPLICA)).containsExactly(LOST);
        falls("replica");
        assertThat(after(Duration.ofMillis(1), NONE)).isEmpty();
        answers("replica", Role.REPLICA);
        assertThat(after(Duration.ofMillis(1), NONE)).isEmpty();
    }
}
