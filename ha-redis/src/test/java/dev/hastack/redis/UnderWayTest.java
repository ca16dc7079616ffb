package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.monitor.GracePeriod;
import io.lettuce.core.RedisException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever is sent is looked after until it ends, in whatever order that comes. */
class UnderWayTest {
    private final List<Call<?, ?, ?>> late = new CopyOnWriteArrayList<>();
    private final List<AsyncCommand<String, String, Long>> commands = new ArrayList<>();
    private final List<Call<?, ?, ?>> calls = new ArrayList<>();
    private final Redispatch dispatcher = new Redispatch(new CopyOnWriteArrayList<>(), late);
    private final Place place = new Place("main");
    private final GracePeriod grace = new GracePeriod();
    private final UnderWay underWay = new UnderWay(dispatcher.config(), grace);
    private final long start = System.nanoTime();
    private final long lateAfter = dispatcher.config().reads().rerouteAfter().toNanos();
    private final long over = dispatcher.config().commandTimeout().toNanos();

    @Test
    void what_has_ended_is_let_go_of_wherever_it_stands() {
        List<Attempt<String, String, Long>> sent =
                IntStream.range(0, 5).mapToObj(i -> send(start)).toList();
        for (int i : List.of(2, 0, 4, 1)) {
            sent.get(i).complete();
            assertThat(underWay.sweep(start)).isTrue();
            assertThat(underWay.busy()).isTrue();
        }
        assertThat(place.ends()).hasValue(4);

        sent.get(3).complete();

        assertThat(underWay.busy()).isFalse();
        assertThat(underWay.sweep(start)).isFalse();
        assertThat(underWay.isEmpty()).isTrue();
    }

    @Test
    void what_takes_long_is_sent_besides_once_and_expires_in_its_time() {
        send(start);
        send(start + over);

        underWay.sweep(start + lateAfter);
        underWay.sweep(start + lateAfter + 1);
        assertThat(late).hasSize(1);

        assertThat(underWay.sweep(start + over)).isTrue();
        assertThat(commands.get(0)).isCompletedExceptionally();
        assertThat(commands.get(1)).isNotDone();

        assertThat(underWay.sweep(start + 2 * over)).isFalse();
        assertThat(commands.get(1)).isCompletedExceptionally();
    }

    @Test
    void what_is_sent_after_the_last_was_let_go_of_is_looked_after_too() {
        send(start).complete();
        Attempt<String, String, Long> open = send(start);
        send(start).complete();
        assertThat(underWay.sweep(start)).isTrue();
        open.complete();
        underWay.sweep(start);

        send(start);
        assertThat(underWay.sweep(start + over)).isFalse();

        assertThat(commands.get(3)).isCompletedExceptionally();
    }

    @Test
    void an_abort_fails_all_that_many_threads_have_sent() throws InterruptedException {
        List<Thread> senders = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> IntStream.range(0, 1000).forEach(j -> underWay.add(attempt(start)))))
                .toList();
        senders.forEach(Thread::start);
        while (senders.stream().anyMatch(Thread::isAlive)) {
            underWay.sweep(start);
        }
        for (Thread sender : senders) {
            sender.join();
        }

        underWay.abort(new RedisException("main is no longer usable"));

        assertThat(place.ends()).hasValue(4000);
        assertThat(dispatcher.again()).hasSize(4000);
        assertThat(underWay.sweep(start)).isFalse();
    }

    @Test
    void what_has_ended_is_let_go_of_when_the_next_is_sent() {
        Attempt<String, String, Long> open = send(start);
        send(start).complete();
        send(start).complete();

        assertThat(send(start).next).isSameAs(open);
        open.complete();
        assertThat(underWay.busy()).isTrue();
    }

    @Test
    void what_is_under_way_is_not_lost_among_what_ends_meanwhile() throws InterruptedException {
        List<Thread> senders = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> IntStream.range(0, 10_000).forEach(j -> {
                    Attempt<String, String, Long> attempt = send(start);
                    if (j % 10 != 0) {
                        attempt.complete();
                    }
                })))
                .toList();
        senders.forEach(Thread::start);
        while (senders.stream().anyMatch(Thread::isAlive)) {
            underWay.sweep(start);
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(place.ends()).hasValue(36_000);

        underWay.abort(new RedisException("main is no longer usable"));

        assertThat(place.ends()).hasValue(40_000);
    }

    @Test
    void what_is_under_way_over_a_pause_of_this_process_is_neither_ended_nor_sent_besides_before_it_can_be_read() {
        Attempt<String, String, Long> before = send(start);
        long woke = start + Duration.ofSeconds(6).toNanos();
        send(woke);
        stopped(start, woke);

        assertThat(underWay.sweep(woke)).isTrue();
        assertThat(underWay.sweep(woke + over / 2)).isTrue();
        assertThat(commands.get(0)).isNotDone();
        assertThat(late).as("that was sent after the pause").hasSize(1);
        assertThat(late.get(0)).isSameAs(calls.get(1));

        before.getOutput().set(7);
        before.complete();
        assertThat(commands.get(0)).isCompletedWithValue(7L);
    }

    @Test
    void what_has_no_answer_even_then_ends_and_its_node_is_not_to_blame() {
        send(start);
        long woke = start + Duration.ofSeconds(6).toNanos();
        stopped(start, woke);
        underWay.sweep(woke);
        long graceOver = woke + GracePeriod.LONGEST.toNanos();
        underWay.sweep(graceOver - 1);
        assertThat(commands.get(0)).isNotDone();

        assertThat(underWay.sweep(graceOver)).isFalse();

        assertThat(commands.get(0)).isCompletedExceptionally();
        assertThat(place.breaker().armed()).isFalse();
    }

    @Test
    void what_is_sent_after_a_pause_has_no_more_time_than_ever_and_its_node_is_to_blame() {
        stopped(start, start + over);
        long sentAt = start + 2 * over;
        send(sentAt);
        assertThat(underWay.sweep(sentAt + over)).isFalse();

        assertThat(commands.get(0)).isCompletedExceptionally();
        assertThat(place.breaker().armed()).isTrue();
    }

    private void stopped(long from, long until) {
        grace.expect(from);
        grace.looks(until);
        // None is late any more.
        grace.expect(until + Duration.ofHours(1).toNanos());
    }

    @Test
    void two_attempts_of_one_command_are_two() {
        Call<String, String, Long> call = attempt(start).call();

        assertThat(new Attempt<>(call, place, null, start)).isNotEqualTo(new Attempt<>(call, place, null, start));
    }

    private Attempt<String, String, Long> send(long at) {
        Attempt<String, String, Long> attempt = attempt(at);
        underWay.add(attempt);
        return attempt;
    }

    private Attempt<String, String, Long> attempt(long at) {
        AsyncCommand<String, String, Long> command = new AsyncCommand<>(new Command<>(
                CommandType.STRLEN,
                new IntegerOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).addKey("k")));
        Call<String, String, Long> call = new Call<>(command, dispatcher, true, true, at);
        synchronized (commands) {
            commands.add(command);
            calls.add(call);
        }
        return new Attempt<>(call, place, null, at);
    }
}
