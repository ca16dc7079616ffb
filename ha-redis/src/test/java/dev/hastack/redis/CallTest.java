package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.monitor.GracePeriod;
import io.lettuce.core.RedisException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisProtocolException;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A call ends, whatever becomes of its attempts, and in whatever order. */
class CallTest {
    private final List<Call<?, ?, ?>> again = new ArrayList<>();
    private final Redispatch dispatcher = new Redispatch(again, new ArrayList<>());
    private final AsyncCommand<String, String, Long> command = new AsyncCommand<>(new Command<>(
            CommandType.INCR, new IntegerOutput<>(StringCodec.UTF8), new CommandArgs<>(StringCodec.UTF8).addKey("k")));
    private final Call<String, String, Long> call = new Call<>(command, dispatcher, false, true, System.nanoTime());

    @Test
    void an_answer_that_comes_after_its_attempt_was_given_up_does_not_keep_out_the_next() throws Exception {
        Attempt<String, String, Long> first = attempt("main");
        assertThat(first.completeExceptionally(new RedisException("main is no longer usable")))
                .isTrue();
        assertThat(again).hasSize(1);

        // Lettuce still has it among those that wait for an answer.
        answer(first, 1);
        answer(attempt("standby"), 2);

        assertThat(command).isCompletedWithValue(2L);
    }

    @Test
    void an_attempt_that_is_given_up_while_its_answer_comes_in_ends_the_call() {
        Attempt<String, String, Long> first = attempt("main");
        first.getOutput().set(1);

        assertThat(first.completeExceptionally(new RedisException("main is no longer usable")))
                .isTrue();

        assertThat(again).isEmpty();
        assertThat(command).isCompletedExceptionally();
    }

    @Test
    void an_attempt_that_is_given_up_while_another_is_answered_leaves_that_alone() {
        Attempt<String, String, Long> first = attempt("main");
        Attempt<String, String, Long> second = attempt("standby");
        second.getOutput().set(2);
        first.getOutput().set(1);

        assertThat(first.completeExceptionally(new RedisException("main is no longer usable")))
                .isTrue();
        second.complete();

        assertThat(command).isCompletedWithValue(2L);
    }

    @Test
    void of_two_answers_the_first_counts() {
        Attempt<String, String, Long> first = attempt("main");
        answer(attempt("standby"), 2);
        answer(first, 1);

        assertThat(command).isCompletedWithValue(2L);
    }

    @Test
    void an_attempt_that_lettuce_has_not_written_when_its_call_is_over_ends_at_the_next_look() {
        Attempt<String, String, Long> written = attempt("main");
        Attempt<String, String, Long> unwritten = attempt("standby");
        UnderWay underWay = new UnderWay(dispatcher.config(), new GracePeriod());
        underWay.add(written);
        underWay.add(unwritten);
        written.encode(Unpooled.buffer());
        assertThat(command.cancel(true)).isTrue();

        long late = unwritten.sentAt() + Duration.ofMillis(200).toNanos();
        assertThat(underWay.sweep(late)).isTrue();

        assertThat(unwritten.ended()).isTrue();
        assertThat(written.ended()).as("its answer is to come").isFalse();
    }

    /** What came in its place may have come before or after it was done. */
    @Test
    void a_write_whose_answer_cannot_be_read_has_an_unknown_outcome() {
        Call<String, String, Long> once = new Call<>(command, dispatcher, false, false, System.nanoTime());
        Attempt<String, String, Long> only = new Attempt<>(once, new Place("main"), null, System.nanoTime());

        assertThat(only.completeExceptionally(new RedisProtocolException("Invalid first byte: 72 (H)")))
                .isTrue();

        assertThatThrownBy(() -> command.get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(RedisOutcomeUnknownException.class);
    }

    private static void answer(Attempt<String, String, Long> attempt, long value) {
        attempt.getOutput().set(value);
        attempt.complete();
    }

    private Attempt<String, String, Long> attempt(String node) {
        return new Attempt<>(call, new Place(node), null, System.nanoTime());
    }
}
