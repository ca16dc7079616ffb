package dev.hastack.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Topology;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopologyNotesTest {
    private static final Instant START = Instant.EPOCH;
    private static final Refused INFO = Refused.fact("INFO memory", "NOPERM");

    private Snapshot snapshot = Topology.step(
                    Snapshot.initial(Optional.empty(), Optional.empty()), new Input.Members(Set.of("a", "b"), START))
            .next();

    private void answers(String node, Role role, Refused... refused) {
        snapshot = Topology.step(
                        snapshot,
                        new Input.Answered(
                                node,
                                0,
                                role,
                                Optional.of("S1"),
                                OptionalLong.of(1),
                                0,
                                0,
                                List.of(refused),
                                START,
                                START))
                .next();
    }

    @Test
    void are_none_where_all_is_well() {
        answers("a", Role.PRIMARY);
        answers("b", Role.REPLICA);

        assertThat(TopologyNotes.of(snapshot, true)).isEmpty();
    }

    @Test
    void say_that_writes_are_refused_where_this_service_may_write() {
        answers("a", Role.PRIMARY, Refused.writes("MISCONF cannot save."));
        answers("b", Role.REPLICA);

        assertThat(TopologyNotes.of(snapshot, true))
                .containsExactly(HealthNote.of(
                        HealthCode.WRITES_REFUSED, "The primary a takes no writes: MISCONF cannot save."));
        assertThat(TopologyNotes.of(snapshot, false)).isEmpty();
    }

    @Test
    void name_all_nodes_that_refuse_the_same_question_once() {
        answers("a", Role.PRIMARY, INFO);
        answers("b", Role.REPLICA, INFO);

        assertThat(TopologyNotes.of(snapshot, true))
                .containsExactly(HealthNote.of(
                        HealthCode.FACTS_UNKNOWN, "Some facts are not known of a, b: INFO memory refused: NOPERM."));
    }

    @Test
    void say_that_two_nodes_claim_to_be_primary() {
        answers("a", Role.PRIMARY);
        answers("b", Role.PRIMARY);

        assertThat(TopologyNotes.of(snapshot, false))
                .extracting(HealthNote::code)
                .containsExactly(HealthCode.CONTESTED.code());
    }
}
