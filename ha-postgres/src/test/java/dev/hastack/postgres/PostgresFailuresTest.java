package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

class PostgresFailuresTest {
    @ParameterizedTest
    @CsvSource({
        "08001, NOT_SENT, NO_NODE, true",
        "08004, NOT_SENT, DENIED, false",
        "08003, NOT_DONE, CONNECTION_LOST, true",
        "08006, UNKNOWN, CONNECTION_LOST, false",
        "08007, UNKNOWN, CONNECTION_LOST, false",
        "08S01, UNKNOWN, CONNECTION_LOST, false",
        "40003, UNKNOWN, REFUSED, false",
        "57P01, NOT_DONE, UNAVAILABLE, true",
        "57P02, UNKNOWN, UNAVAILABLE, false",
        "57P03, NOT_DONE, UNAVAILABLE, true",
        "57P05, NOT_DONE, TIMED_OUT, true",
        "25P03, NOT_DONE, TIMED_OUT, true",
        "25006, NOT_DONE, UNAVAILABLE, true",
        "40001, NOT_DONE, CONFLICT, true",
        "40P01, NOT_DONE, CONFLICT, true",
        "55P03, NOT_DONE, CONFLICT, true",
        "57014, NOT_DONE, TIMED_OUT, true",
        "53300, NOT_DONE, OVERLOADED, true",
        "28P01, NOT_DONE, DENIED, false",
        "42501, NOT_DONE, DENIED, false",
        "42P01, NOT_DONE, REFUSED, false",
        "23505, NOT_DONE, REFUSED, false"
    })
    void what_the_server_says_is_known_from_the_state(String state, Outcome outcome, Reason reason, boolean retryable) {
        StackFailure failure = StackFailure.of(refusal(state)).orElseThrow();

        assertThat(failure.store()).isEqualTo("postgres");
        assertThat(failure.outcome()).isEqualTo(outcome);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.retryable()).isEqualTo(retryable);
    }

    private static PSQLException refusal(String state) {
        return refusal(state, "a reason");
    }

    private static PSQLException refusal(String state, String message) {
        return new PSQLException(new ServerErrorMessage("SERROR\0C" + state + "\0M" + message + "\0"));
    }

    @Test
    void a_statement_that_its_caller_cancels_is_interrupted() {
        assertThat(StackFailure.of(refusal("57014", "canceling statement due to user request"))
                        .orElseThrow()
                        .reason())
                .isEqualTo(Reason.INTERRUPTED);
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
    void the_exception_of_another_database_says_nothing() {
        assertThat(StackFailure.of(new SQLException("a reason", "23505"))).isEmpty();
        assertThat(StackFailure.of(new SQLNonTransientConnectionException("lost", "08006")))
                .isEmpty();
        assertThat(Outcome.of(new SQLTransientConnectionException("another pool is exhausted")))
                .isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void nothing_was_sent_where_the_pool_had_no_connection() {
        StackFailure failure = StackFailure.of(new SQLTransientConnectionException(
                        "ha-postgres-main - Connection is not available, request timed out after 250ms"))
                .orElseThrow();

        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(failure.reason()).isEqualTo(Reason.OVERLOADED);
    }

    @Test
    void nothing_was_done_on_a_connection_that_was_closed_before() {
        assertThat(Outcome.of(new SQLException("Connection is closed"))).isEqualTo(Outcome.NOT_DONE);
        assertThat(Outcome.of(new ConnectionClosedException(null))).isEqualTo(Outcome.NOT_DONE);
    }

    @Test
    void what_the_socket_knows_goes_before_the_state() {
        StackFailure failure = StackFailure.of(
                        new PSQLException("an I/O error", PSQLState.CONNECTION_FAILURE, lost(false)))
                .orElseThrow();

        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
        assertThat(failure.node()).isEqualTo(Optional.of("main"));
    }

    private static PostgresConnectionLostException lost(boolean autoCommit) {
        return PostgresConnectionLostException.on("main", autoCommit, "was closed by the server", null);
    }

    @Test
    void a_rollback_that_takes_the_place_of_a_lost_commit_leaves_its_outcome_unknown() {
        assertThat(Outcome.of(new ConnectionClosedException(lost(true)))).isEqualTo(Outcome.UNKNOWN);

        SQLException rollback = new SQLException("Connection is closed");
        rollback.addSuppressed(new PSQLException("an I/O error", PSQLState.CONNECTION_FAILURE, lost(true)));
        assertThat(Outcome.of(new CompletionException(rollback))).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void a_pool_that_cannot_connect_says_why() {
        PostgresUnavailableException full = new PostgresUnavailableException("main", refusal("53300"));
        PostgresUnavailableException denied = new PostgresUnavailableException("main", refusal("28P01"));

        assertThat(full.reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(full.retryable()).isTrue();
        assertThat(full.outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(denied.reason()).isEqualTo(Reason.DENIED);
        assertThat(denied.retryable()).isFalse();
    }
}
