package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

class OutcomeTest {
    @ParameterizedTest
    @CsvSource({
        "08001, NOT_SENT",
        "08004, NOT_SENT",
        "08003, NOT_COMMITTED",
        "08006, UNKNOWN",
        "08007, UNKNOWN",
        "08S01, UNKNOWN",
        "40003, UNKNOWN",
        "57P01, NOT_COMMITTED",
        "57P02, UNKNOWN",
        "57P05, NOT_COMMITTED",
        "25006, NOT_COMMITTED",
        "40001, NOT_COMMITTED",
        "57014, NOT_COMMITTED",
        "23505, NOT_COMMITTED"
    })
    void is_known_from_the_state(String state, Outcome outcome) {
        assertThat(Outcome.of(refusal(state))).isEqualTo(outcome);
    }

    private static PSQLException refusal(String state) {
        return new PSQLException(new ServerErrorMessage("SERROR\0C" + state + "\0Ma reason\0"));
    }

    @Test
    void what_the_driver_finds_fault_with_may_have_been_carried_out() {
        assertThat(Outcome.of(
                        new PSQLException("a result was returned when none was expected", PSQLState.TOO_MANY_RESULTS)))
                .isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void a_batch_may_have_been_carried_out_in_part() {
        assertThat(Outcome.of(new BatchUpdateException("a reason", "23505", new int[0], refusal("23505"))))
                .isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void of_an_error_without_a_state_nothing_is_known() {
        assertThat(Outcome.of(new SQLException("a reason"))).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void nothing_was_sent_where_no_connection_was_to_be_had_whatever_the_server_said() {
        assertThat(Outcome.of(new SQLTransientConnectionException("the pool is exhausted")))
                .isEqualTo(Outcome.NOT_SENT);
        assertThat(Outcome.of(new SQLTransientConnectionException("too many clients", "53300")))
                .isEqualTo(Outcome.NOT_SENT);
        assertThat(Outcome.of(new PostgresNoPrimaryException("no primary"))).isEqualTo(Outcome.NOT_SENT);
        assertThat(Outcome.of(new PostgresClosedException())).isEqualTo(Outcome.NOT_SENT);
        assertThat(Outcome.of(new PostgresNotWritableException())).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void what_the_socket_knows_goes_before_the_state() {
        PostgresConnectionLostException lost = PostgresConnectionLostException.on("main", false, "was closed by the server", null);
        assertThat(Outcome.of(new SQLException("an I/O error", "08006", lost))).isEqualTo(Outcome.NOT_COMMITTED);
    }
}
