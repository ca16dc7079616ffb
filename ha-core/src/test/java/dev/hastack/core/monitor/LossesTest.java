package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Topology;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One node, restored twice. */
class LossesTest {
    private final Losses losses = new Losses("writes");
    private final AtomicLong total = new AtomicLong(1000);
    private Snapshot now = Topology.step(
                    Snapshot.initial(Optional.empty(), Optional.empty()), new Input.Members(Set.of("a"), Instant.EPOCH))
            .next();
    private int seconds;

    @Test
    void tells_how_often_and_between_when_and_when() {
        primary(7);
        total.addAndGet(3);
        primary(7);
        total.addAndGet(2);
        primary(7);
        primary(7);
        primary(6);
        assertThat(losses.lost()).as("while it is not given up").isEmpty();
        primary(6);

        String told = "gone with it is what this process did there: 5 writes between 1970-01-01T00:00:01.000Z and"
                + " 1970-01-01T00:00:03.000Z";
        assertThat(losses.lost()).contains(told);
        assertThat(losses.note())
                .contains("Epoch 7 was given up at 1970-01-01T00:00:06.000Z for epoch 6: " + told + ".");
    }

    @Test
    void tells_nothing_of_what_was_done_before_or_after() {
        primary(6);
        total.addAndGet(10);
        primary(6);
        primary(7);
        total.addAndGet(1);
        primary(7);
        primary(6);
        primary(6);
        total.addAndGet(100);
        primary(6);
        assertThat(losses.lost().orElseThrow()).contains(": 1 writes between 1970-01-01T00:00:03.000Z");
    }

    @Test
    void says_so_if_it_did_nothing() {
        primary(7);
        primary(6);
        primary(6);
        assertThat(losses.lost()).contains("this process did nothing in it");
    }

    private void primary(long epoch) {
        Instant at = Instant.ofEpochSecond(++seconds);
        now = Topology.step(
                        now,
                        new Input.Answered(
                                "a",
                                now.node("a").orElseThrow().generation(),
                                Role.PRIMARY,
                                Optional.of("S1"),
                                OptionalLong.of(epoch),
                                100,
                                0,
                                at.minusMillis(1),
                                at))
                .next();
        losses.look(now, now.primary().isPresent() ? "a" : null, total::get, at);
    }
}
