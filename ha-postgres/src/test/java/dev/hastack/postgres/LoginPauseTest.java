package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginPauseTest {
    private static SQLException failure(String state) {
        return new SQLException("FATAL: it failed", state);
    }

    @ParameterizedTest
    @ValueSource(strings = {"28P01", "28000", "3D000", "55000", "P0001"})
    void is_twice_as_long_after_each_denial_and_half_a_minute_at_most(String state) {
        LoginPause pause = LoginPause.after(null, failure(state));
        assertThat(pause.until().left()).isLessThanOrEqualTo(Suspect.LOOK);
        assertThat(pause.until().passed()).isFalse();

        LoginPause second = LoginPause.after(pause, failure(state));
        assertThat(second.until().left()).isGreaterThan(Suspect.LOOK);

        for (int i = 0; i < 100; i++) {
            pause = LoginPause.after(pause, failure(state));
        }
        assertThat(pause.until().left()).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
    }

    @Test
    void is_none_after_a_refusal_that_counts_against_no_account() {
        LoginPause denied = LoginPause.after(null, failure("28P01"));

        assertThat(LoginPause.after(denied, failure("53300")).until().passed()).isTrue();
    }
}
