package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MachineTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T12:00:00Z");

    private final Machine machine = new Machine();

    private static Instant at(long millis) {
        return BEGIN.plusMillis(millis);
    }

    /** Answered last at the one time, found to be silent at the other, for five seconds more. */
    private void silent(String store, long after, long by) {
        machine.silent(store, at(after), at(by), at(by + 5_000));
    }

    private boolean silences(String store, long askedAt, long now) {
        return machine.silences(store, at(askedAt), at(now));
    }

    @Test
    void two_stores_that_fall_silent_in_the_same_moment_explain_each_other() {
        silent("redis", 0, 1_500);
        silent("postgres", 900, 1_700);

        assertThat(silences("redis", 200, 2_000)).isTrue();
        assertThat(silences("postgres", 1_000, 2_000)).isTrue();
    }

    @Test
    void a_store_alone_explains_nothing() {
        silent("redis", 0, 1_500);

        assertThat(silences("redis", 200, 2_000)).isFalse();
        assertThat(silences("postgres", 200, 2_000))
                .as("one that is not silent")
                .isFalse();
    }

    @Test
    void one_that_still_answered_when_the_other_was_silent_is_another_matter() {
        silent("redis", 0, 1_500);
        silent("postgres", 1_600, 2_500);

        assertThat(silences("redis", 200, 2_600)).isFalse();
        assertThat(silences("postgres", 1_700, 2_600)).isFalse();
    }

    @Test
    void a_node_that_falls_silent_later_does_so_by_itself() {
        silent("redis", 0, 1_500);
        silent("postgres", 0, 1_500);

        assertThat(silences("redis", 1_501, 2_000)).isFalse();
    }

    @Test
    void it_holds_for_as_long_as_both_may_be_silent() {
        silent("redis", 0, 1_500);
        machine.silent("elasticsearch", at(0), at(2_500), at(22_500));

        assertThat(silences("elasticsearch", 200, 6_499)).isTrue();
        assertThat(silences("elasticsearch", 200, 6_500)).isFalse();
    }

    @Test
    void a_silence_that_lasts_began_once() {
        silent("redis", 0, 1_500);
        silent("redis", 0, 4_000);
        silent("postgres", 0, 1_500);

        assertThat(silences("redis", 2_000, 4_500)).isFalse();
        assertThat(silences("redis", 1_500, 6_500)).isFalse();
    }

    @Test
    void what_one_store_saw_of_this_process_being_late_is_known_to_all() {
        machine.late(Duration.ofMillis(49), BEGIN);
        assertThat(machine.explains(BEGIN)).as("noise").isZero();

        machine.late(Duration.ofMillis(700), BEGIN);
        assertThat(machine.explains(at(100))).isEqualTo(Duration.ofMillis(1_400));
        assertThat(machine.explains(at(11_000))).isZero();
    }
}
