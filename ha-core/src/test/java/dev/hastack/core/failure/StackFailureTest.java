package dev.hastack.core.failure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.failure.spi.DriverFailure;
import dev.hastack.core.failure.spi.FailureReader;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StackFailureTest {

    /** Of a driver that the reader of this test knows. */
    private static final class DriverException extends RuntimeException {
        private final Outcome outcome;

        DriverException(Outcome outcome, Throwable cause) {
            super("the driver failed", cause);
            this.outcome = outcome;
        }

        DriverException(Outcome outcome) {
            this(outcome, new IOException("what is beneath"));
        }
    }

    /** Named in META-INF/services. */
    public static final class Reader implements FailureReader {
        @Override
        public Optional<StackFailure> read(Throwable error) {
            return error instanceof DriverException e
                    ? Optional.of(new DriverFailure("test", e.outcome, Reason.CONNECTION_LOST))
                    : Optional.empty();
        }
    }

    private static final class OwnException extends IOException implements StackFailure {
        OwnException(Throwable cause) {
            super("ha-stack failed", cause);
        }

        @Override
        public String store() {
            return "own";
        }

        @Override
        public Outcome outcome() {
            return Outcome.NOT_SENT;
        }

        @Override
        public Reason reason() {
            return Reason.NO_NODE;
        }
    }

    @Test
    void an_exception_of_ha_stack_answers_for_itself_whatever_is_beneath() {
        OwnException own = new OwnException(new DriverException(Outcome.UNKNOWN));
        own.addSuppressed(new DriverException(Outcome.UNKNOWN));

        assertThat(StackFailure.of(own)).containsSame(own);
        assertThat(StackFailure.of(new CompletionException(new ExecutionException(own))))
                .containsSame(own);
        assertThat(Outcome.of(new RuntimeException(own))).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void a_driver_s_exception_around_one_of_ha_stack_says_no_more_than_that() {
        OwnException own = new OwnException(new IOException());

        assertThat(StackFailure.of(new DriverException(Outcome.UNKNOWN, own))).containsSame(own);
    }

    @Test
    void a_driver_s_exception_is_found_beneath_wrappers() {
        assertThat(Outcome.of(new IllegalStateException(new ExecutionException(new DriverException(Outcome.NOT_DONE)))))
                .isEqualTo(Outcome.NOT_DONE);
    }

    @Test
    void of_a_failure_and_one_that_it_replaced_the_less_certain_counts() {
        DriverException rollback = new DriverException(Outcome.NOT_DONE);
        rollback.addSuppressed(new CompletionException(new DriverException(Outcome.UNKNOWN)));
        assertThat(Outcome.of(new RuntimeException(rollback))).isEqualTo(Outcome.UNKNOWN);

        DriverException lost = new DriverException(Outcome.UNKNOWN);
        lost.addSuppressed(new DriverException(Outcome.NOT_DONE));
        assertThat(Outcome.of(lost)).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void what_only_a_wrapper_suppresses_is_found() {
        RuntimeException wrapper = new RuntimeException("a framework failed");
        wrapper.addSuppressed(new DriverException(Outcome.DONE_NOT_DURABLE));

        assertThat(Outcome.of(wrapper)).isEqualTo(Outcome.DONE_NOT_DURABLE);
    }

    @Test
    void of_an_exception_that_is_nobody_s_nothing_is_known() {
        assertThat(StackFailure.of(new IOException("of another library"))).isEmpty();
        assertThat(Outcome.of(new IllegalArgumentException())).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void causes_and_suppressed_exceptions_that_go_in_circles_end() {
        IOException one = new IOException("one");
        IOException other = new IOException("other", one);
        one.initCause(other);
        one.addSuppressed(other);
        other.addSuppressed(one);

        assertThat(StackFailure.of(one)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_SENT, NO_NODE, true",
        "NOT_DONE, CONFLICT, true",
        "NOT_DONE, REFUSED, false",
        "NOT_SENT, CLOSED, false",
        "NOT_SENT, NOT_WRITABLE, false",
        "UNKNOWN, CONNECTION_LOST, false",
        "DONE_NOT_DURABLE, NOT_DURABLE, false"
    })
    void to_repeat_a_call_helps_if_that_is_safe_and_the_reason_may_pass(
            Outcome outcome, Reason reason, boolean retryable) {
        assertThat(new DriverFailure("test", outcome, reason).retryable()).isEqualTo(retryable);
    }
}
