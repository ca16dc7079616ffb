package dev.hastack.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WitnessTest {
    private Snapshot now = Snapshot.initial(Optional.empty(), Optional.empty());

    private void in(Input input) {
        now = Topology.step(now, input).next();
    }

    private void answers(String node, Role role, long epoch, int followers, int second) {
        Instant at = Instant.ofEpochSecond(second);
        in(new Input.Answered(
                node, 0, role, Optional.of("S1"), OptionalLong.of(epoch), 100, followers, at, at.plusMillis(1)));
    }

    private Optional<Instant> until() {
        return Witness.until(now, Duration.ofSeconds(3));
    }

    @Test
    void a_replica_of_the_primarys_epoch_is_a_witness_from_when_it_was_asked() {
        in(new Input.Members(Set.of("a", "b", "c"), Instant.EPOCH));
        answers("a", Role.PRIMARY, 2, 2, 1);
        assertThat(until()).isEmpty();
        answers("b", Role.REPLICA, 2, 0, 2);
        assertThat(until()).contains(Instant.ofEpochSecond(5));
        answers("c", Role.REPLICA, 2, 0, 4);
        assertThat(until()).contains(Instant.ofEpochSecond(7));
    }

    @Test
    void a_replica_of_an_older_epoch_is_none_unless_the_primary_says_that_all_follow_it() {
        in(new Input.Members(Set.of("a", "b"), Instant.EPOCH));
        answers("a", Role.PRIMARY, 2, 0, 1);
        answers("b", Role.REPLICA, 1, 0, 2);
        assertThat(until()).isEmpty();
        answers("a", Role.PRIMARY, 2, 1, 3);
        assertThat(until()).contains(Instant.ofEpochSecond(5));
    }

    @Test
    void a_replica_is_none_for_a_primary_whom_nobody_follows() {
        in(new Input.Members(Set.of("a", "b"), Instant.EPOCH));
        answers("a", Role.PRIMARY, 2, 0, 1);
        answers("b", Role.REPLICA, 2, 0, 2);
        assertThat(until()).isEmpty();
    }

    @Test
    void a_replica_that_is_down_is_none() {
        in(new Input.Members(Set.of("a", "b"), Instant.EPOCH));
        answers("a", Role.PRIMARY, 2, 1, 1);
        answers("b", Role.REPLICA, 2, 0, 2);
        in(new Input.Failed("b", 0, Kind.REFUSED, Input.Source.PROBE, "refused", Instant.ofEpochSecond(3)));
        assertThat(until()).isEmpty();
    }
}
