package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.monitor.Machine;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final List<CompletableFuture<StatefulRedisConnection<String, String>>> connects = new ArrayList<>();
    private final Inquiry<String> one = inquiry();
    private final Inquiry<String> other = inquiry();
    private final Machine machine = new Machine();
    private final Patience patience = new Patience(Duration.ofMillis(500), Duration.ofSeconds(2), machine);

    private Inquiry<String> inquiry() {
        return new Inquiry<>(
                () -> {
                    CompletableFuture<StatefulRedisConnection<String, String>> connecting = new CompletableFuture<>();
                    connects.add(connecting);
                    return connecting;
                },
                connection -> CompletableFuture.completedFuture("answer"));
    }

    private Instant after(long millis) {
        return BEGIN.plusMillis(millis);
    }

    private boolean isOver(Inquiry<?> silent, long millis) {
        return patience.isOver(silent, List.of(one, other), after(millis));
    }

    private void ask() {
        one.ask(BEGIN);
        other.ask(BEGIN);
    }

    private void otherAnswers(long millis) {
        connects.get(1).complete(connection());
        assertThat(other.outcome()).isPresent();
        patience.heard(other, after(millis));
    }

    private void otherRefuses(long millis) {
        connects.get(1).completeExceptionally(new RedisException("refused"));
        assertThat(other.outcome()).isPresent();
        patience.heard(other, after(millis));
    }

    /** Nothing is asked of it but whether it is open. */
    @SuppressWarnings("unchecked") // The type that is asked for.
    private static StatefulRedisConnection<String, String> connection() {
        return (StatefulRedisConnection<String, String>) Proxy.newProxyInstance(
                PatienceTest.class.getClassLoader(),
                new Class<?>[] {StatefulRedisConnection.class},
                (proxy, method, arguments) -> method.getReturnType() == boolean.class ? true : null);
    }

    @Test
    void a_server_that_has_yet_to_connect_has_the_time_of_a_connect_and_a_probe() {
        ask();
        otherAnswers(1);

        assertThat(isOver(one, 2_499)).isFalse();
        assertThat(isOver(one, 2_510)).isTrue();
    }

    @Test
    void a_first_connect_has_that_time_from_the_first_answer_of_another_and_more_where_all_are_slow() {
        ask();
        otherAnswers(4_000);

        assertThat(isOver(one, 6_510)).isFalse();
        assertThat(isOver(one, 11_499)).isFalse();
        assertThat(isOver(one, 11_510)).isTrue();
    }

    @Test
    void the_silence_of_all_is_the_news_of_none_until_it_has_lasted_ten_timeouts_longer() {
        ask();
        otherRefuses(1);
        connects.get(0).completeExceptionally(new RedisException("refused"));
        assertThat(one.outcome()).isPresent();
        one.ask(after(1_000));
        other.ask(after(1_000));

        assertThat(isOver(one, 8_499)).isFalse();
        assertThat(isOver(one, 8_501)).isTrue();
    }

    @Test
    void before_any_was_heard_of_it_is_that_for_four_times_as_long() {
        ask();

        assertThat(isOver(one, 22_499)).isFalse();
        assertThat(isOver(one, 22_501)).isTrue();
    }

    @Test
    void this_thread_being_late_excuses_as_long_again() {
        ask();
        otherAnswers(1);
        patience.late(after(1_000), after(2_400));

        assertThat(isOver(one, 5_200)).isFalse();
        assertThat(isOver(one, 5_310)).isTrue();
    }

    /** Nothing stands in for the last that is up. */
    @Test
    void a_server_that_refuses_connections_has_not_answered_for_the_last_that_is_up() {
        ask();
        otherRefuses(1);

        assertThat(isOver(one, 7_499)).isFalse();
        assertThat(isOver(one, 7_501)).isTrue();
    }

    @Test
    void what_another_store_knows_of_a_late_process_excuses_as_long_again() {
        ask();
        otherAnswers(1);
        machine.late(Duration.ofMillis(1_400), after(2_400));

        assertThat(isOver(one, 5_200)).isFalse();
        assertThat(isOver(one, 5_310)).isTrue();
    }
}
