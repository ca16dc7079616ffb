package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Topology;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A replica receives what is written if every link from it up to the primary is up. */
class ReplicaLinksTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ReplicaLinks links = new ReplicaLinks();
    private Snapshot snapshot = Snapshot.initial(Optional.empty(), Optional.empty());

    ReplicaLinksTest() {
        step(new Input.Members(Set.of("main", "upper", "lower"), NOW));
        answers("main", Role.PRIMARY);
        answers("upper", Role.REPLICA);
        answers("lower", Role.REPLICA);
        links.heard("main", true, Optional.empty());
        links.heard("upper", true, Optional.of("main"));
        links.heard("lower", true, Optional.of("upper"));
    }

    private void step(Input input) {
        snapshot = Topology.step(snapshot, input).next();
    }

    private void answers(String node, Role role) {
        int generation = snapshot.node(node).orElseThrow().generation();
        step(new Input.Answered(node, generation, role, Optional.of("id"), OptionalLong.of(1), 1, 0, NOW, NOW));
    }

    @Test
    void while_all_are_up_none_is_cut_off() {
        assertThat(links.down(snapshot)).isEmpty();
    }

    @Test
    void a_link_that_is_down_cuts_off_those_below_it_as_well() {
        links.heard("upper", false, Optional.of("main"));

        assertThat(links.down(snapshot)).containsExactlyInAnyOrder("upper", "lower");
        assertThat(links.lost("lower", snapshot)).contains("upper");
        assertThat(links.lost("upper", snapshot)).contains("upper");
    }

    @Test
    void a_link_that_is_down_cuts_off_none_above_it() {
        links.heard("lower", false, Optional.of("upper"));

        assertThat(links.down(snapshot)).containsExactly("lower");
    }

    @Test
    void of_a_node_that_is_not_known_nothing_is_concluded() {
        links.heard("lower", true, Optional.empty());
        links.heard("upper", false, Optional.of("main"));

        assertThat(links.down(snapshot)).containsExactly("upper");
    }

    @Test
    void replicas_that_follow_each_other_are_looked_at_once() {
        links.heard("upper", true, Optional.of("lower"));

        assertThat(links.down(snapshot)).isEmpty();
    }
}
