package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DoubtTest {
    private static final long PATIENCE = 500;

    private final Doubt doubt = new Doubt(OptionalLong.of(7), 1000);

    @Test
    void nothing_is_known_before_the_server_was_asked() {
        assertThat(doubt.answered()).isFalse();
        assertThat(doubt.busy(PATIENCE)).isFalse();
    }

    @Test
    void a_server_that_holds_a_command_back_owes_no_answer_yet() {
        doubt.answered(1000, Map.of("flags", "b", "qbuf", "0"));
        assertThat(doubt.busy(PATIENCE)).isTrue();
        doubt.answered(1100, Map.of("flags", "N", "qbuf", "0"));
        assertThat(doubt.busy(PATIENCE)).isFalse();
    }

    @Test
    void a_server_that_does_not_know_the_connection_has_lost_it() {
        doubt.answered(1000, Map.of());
        assertThat(doubt.answered()).isTrue();
        assertThat(doubt.busy(PATIENCE)).isFalse();
    }

    @Test
    void what_a_server_is_receiving_is_waited_for_while_more_of_it_comes() {
        for (int i = 0; i < 10; i++) {
            doubt.answered(1000 + i * 400, Map.of("flags", "N", "qbuf", String.valueOf(i + 1)));
            assertThat(doubt.busy(PATIENCE)).isTrue();
        }
        doubt.answered(5100, Map.of("flags", "N", "qbuf", "10"));
        assertThat(doubt.busy(PATIENCE)).isFalse();
    }

    @Test
    void the_word_that_was_asked_for_last_counts() {
        doubt.answered(1100, Map.of("flags", "N", "qbuf", "0"));
        doubt.answered(1000, Map.of("flags", "b", "qbuf", "0"));
        assertThat(doubt.busy(PATIENCE)).isFalse();
        assertThat(doubt.answeredWithin(100, 1150)).isTrue();
        assertThat(doubt.answeredWithin(100, 1200)).isFalse();
    }
}
