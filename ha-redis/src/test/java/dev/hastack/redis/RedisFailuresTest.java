package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.net.ConnectException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisFailuresTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "READONLY You can't write against a read only replica. | UNAVAILABLE | true",
                "LOADING Redis is loading the dataset in memory | UNAVAILABLE | true",
                "CLUSTERDOWN Hash slot not served | UNAVAILABLE | true",
                "MOVED 3999 127.0.0.1:6381 | UNAVAILABLE | true",
                "TRYAGAIN Multiple keys request during rehashing of slot | UNAVAILABLE | true",
                "OOM command not allowed when used memory > 'maxmemory'. | OVERLOADED | true",
                "NOREPLICAS Not enough good replicas to write. | OVERLOADED | true",
                "ERR max number of clients reached | OVERLOADED | true",
                "NOAUTH Authentication required. | DENIED | false",
                "NOPERM this user has no permissions to run the 'set' command | DENIED | false",
                "WRONGTYPE Operation against a key holding the wrong kind of value | REFUSED | false"
            })
    void an_error_reply_says_that_it_was_not_done_and_why(String reply, Reason reason, boolean retryable) {
        StackFailure failure =
                StackFailure.of(new RedisCommandExecutionException(reply)).orElseThrow();

        assertThat(failure.store()).isEqualTo("redis");
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_DONE);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.retryable()).isEqualTo(retryable);
    }

    @Test
    void a_script_that_fails_may_have_been_done_in_part() {
        String reply = "WRONGTYPE Operation against a key holding the wrong kind of value script:"
                + " 0123456789abcdef0123456789abcdef01234567, on @user_script:1.";

        assertThat(Outcome.of(new RedisCommandExecutionException(reply))).isEqualTo(Outcome.UNKNOWN);
        assertThat(Outcome.of(new RedisCommandExecutionException("NOSCRIPT No matching script. Please use EVAL.")))
                .isEqualTo(Outcome.NOT_DONE);
    }

    private record Row(Throwable error, Outcome outcome, Reason reason) {}

    @TestFactory
    Stream<DynamicTest> lettuce_s_own_exceptions_are_told_apart() {
        return Stream.of(
                        new Row(new RedisCommandTimeoutException("slow"), Outcome.UNKNOWN, Reason.TIMED_OUT),
                        new Row(
                                new RedisCommandInterruptedException(new InterruptedException()),
                                Outcome.UNKNOWN,
                                Reason.INTERRUPTED),
                        new Row(new RedisException("Connection disconnected"), Outcome.UNKNOWN, Reason.CONNECTION_LOST),
                        new Row(new RedisException("Connection is closed"), Outcome.NOT_SENT, Reason.CONNECTION_LOST),
                        new Row(
                                new RedisConnectionException("cannot connect", new ConnectException("refused")),
                                Outcome.NOT_SENT,
                                Reason.NO_NODE),
                        new Row(
                                new ExecutionException(new RedisCommandTimeoutException("slow")),
                                Outcome.UNKNOWN,
                                Reason.TIMED_OUT))
                .map(row -> DynamicTest.dynamicTest(row.error().toString(), () -> {
                    StackFailure failure = StackFailure.of(row.error()).orElseThrow();
                    assertThat(failure.outcome()).isEqualTo(row.outcome());
                    assertThat(failure.reason()).isEqualTo(row.reason());
                }));
    }

    @Test
    void what_may_be_done_twice_may_be_repeated_though_its_outcome_is_unknown() {
        RedisTimeoutException late = new RedisTimeoutException("INCR: no answer", Outcome.UNKNOWN, "main");

        // As Lettuce's synchronous commands throw it.
        StackFailure failure =
                StackFailure.of(new RedisCommandTimeoutException(late)).orElseThrow();
        assertThat(failure.retryable()).isTrue();
        assertThat(failure.node()).contains("main");
    }
}
