package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the silence of connections leads to; time is what the test says. */
class RouterTest {
    private static final ElasticsearchConfig CONFIG = StackConfig.of(Map.of(
                    "ha.elasticsearch.nodes.es-1.address", "http://es-1:9200", "ha.elasticsearch.index-prefix", "cms"))
            .elasticsearch()
            .orElseThrow();

    private final NodeChannel busy = new NodeChannel(CannedNode.target("es-1", 1), new RestConnector());
    private final NodeChannel idle = new NodeChannel(CannedNode.target("es-2", 1), new RestConnector());
    private final Router router = new Router(
            CONFIG,
            ElasticsearchRoutes.of(
                    Selection.eligible(
                            Snapshot.initial(Optional.empty(), Optional.empty()),
                            ReadPolicy.of(Preference.ANY),
                            Set.of(),
                            Instant.EPOCH),
                    Map.of("es-1", busy, "es-2", idle)));

    @AfterEach
    void close() {
        router.close();
        busy.close();
        idle.close();
    }

    private static long after(long time, Duration more) {
        return time + more.toNanos();
    }

    private void bothHaveAnswered() {
        busy.ended(busy.begin(), true);
        idle.ended(idle.begin(), true);
    }

    @Test
    void replaces_the_client_of_a_request_without_an_answer_and_no_other_before_that_has_shown_what_it_is_worth() {
        bothHaveAnswered();
        NodeChannel.Client first = busy.client();
        NodeChannel.Client second = idle.client();
        long sentAt = System.nanoTime();
        Attempt<Object> attempt = new Attempt<>(busy, 0, sentAt);
        Attempt<Object> other = new Attempt<>(idle, 0, sentAt);
        long now = after(sentAt, Duration.ofSeconds(1));

        router.doubt(attempt, false, now);
        router.doubt(other, false, now);

        Eventually.until("it is replaced", () -> busy.client() != first);
        assertThat(router.doubts(now)).isFalse();
        assertThat(new Attempt<>(idle, 0, now).client()).isSameAs(second);
    }

    @Test
    void replaces_those_on_which_nothing_is_under_way_with_the_client_of_a_request_that_is_given_up() {
        bothHaveAnswered();
        NodeChannel.Client first = busy.client();
        NodeChannel.Client second = idle.client();
        long sentAt = System.nanoTime();
        Attempt<Object> attempt = new Attempt<>(busy, 0, sentAt);

        router.doubt(attempt, true, after(sentAt, Duration.ofSeconds(1)));

        Eventually.until("both are replaced", () -> busy.client() != first && idle.client() != second);
    }

    @Test
    void replaces_no_client_for_its_silence_that_never_had_an_answer() {
        NodeChannel.Client first = busy.client();
        long sentAt = System.nanoTime();
        Attempt<Object> attempt = new Attempt<>(busy, 0, sentAt);

        router.doubt(attempt, true, after(sentAt, Duration.ofSeconds(1)));

        assertThat(new Attempt<>(busy, 0, sentAt).client()).isSameAs(first);
    }

    @Test
    void sends_nothing_on_a_client_that_is_to_be_replaced_though_nobody_has_got_to_it() {
        bothHaveAnswered();
        NodeChannel.Client first = busy.client();
        long sentAt = System.nanoTime();
        Attempt<Object> attempt = new Attempt<>(busy, 0, sentAt);
        CountDownLatch others = new CountDownLatch(1);
        try {
            IntStream.range(0, 4).forEach(thread -> router.send(() -> await(others)));

            router.doubt(attempt, true, after(sentAt, Duration.ofSeconds(1)));

            assertThat(new Attempt<>(busy, 0, sentAt).client()).isNotSameAs(first);
        } finally {
            others.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void leaves_connections_alone_that_have_brought_an_answer() {
        bothHaveAnswered();
        NodeChannel.Client first = busy.client();
        long sentAt = System.nanoTime();
        Attempt<Object> attempt = new Attempt<>(busy, 0, sentAt);
        long now = System.nanoTime();
        busy.ended(busy.begin(), true);

        router.doubt(attempt, false, now);

        assertThat(router.doubts(now)).as("none is on trial").isTrue();
        assertThat(new Attempt<>(busy, 0, now).client()).isSameAs(first);
    }

    @Test
    void takes_silence_for_no_sign_after_it_was_a_wrong_one_ever_longer() {
        long now = System.nanoTime();
        assertThat(router.doubts(now)).isTrue();

        router.mistaken(now);
        assertThat(router.doubts(after(now, Duration.ofMillis(1900)))).isFalse();
        long again = after(now, Duration.ofMillis(2100));
        assertThat(router.doubts(again)).isTrue();

        router.mistaken(again);
        assertThat(router.doubts(after(again, Duration.ofMillis(3900)))).isFalse();
        assertThat(router.doubts(after(again, Duration.ofMillis(4100)))).isTrue();

        long third = after(again, Duration.ofMillis(4100));
        IntStream.range(0, 10).forEach(answer -> router.mistaken(third));
        assertThat(router.doubts(after(third, Duration.ofMillis(7900)))).isFalse();
        assertThat(router.doubts(after(third, Duration.ofMillis(8100))))
                .as("ten answers of one slowness")
                .isTrue();

        long muchLater = after(again, Duration.ofMinutes(10));
        router.mistaken(muchLater);
        assertThat(router.doubts(after(muchLater, Duration.ofMillis(2100)))).isTrue();
    }
}
