package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.core.CountResponse;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.GracePeriod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call under way at a node that does not answer, by a clock of the test's. */
class StoppedCallsTest {
    private static final ElasticsearchConfig CONFIG = StackConfig.of(Map.of(
                    "ha.elasticsearch.nodes.es-1.address", "http://es-1:9200",
                    "ha.elasticsearch.index-prefix", "cms"))
            .elasticsearch()
            .orElseThrow();

    private static final Duration TIMEOUT = CONFIG.reads().timeout();

    private final ServerSocket silent = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final NodeChannel channel = new NodeChannel(
            new NodeConnector.Target(
                    "es-1",
                    URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(60),
                    10,
                    () -> Map.of(),
                    Optional.empty(),
                    false),
            new RestConnector());
    private final Router router = new Router(CONFIG, ElasticsearchRoutesTest.routes(Map.of("es-1", channel)));
    private final CompletableFuture<CountResponse> count = new ElasticsearchAsyncClient(
                    new RoutingTransport(router, Mappers.standard()))
            .count(of -> of.index("cms-news-read"));
    private final long sent = System.nanoTime();

    StoppedCallsTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        router.close();
        channel.close();
        silent.close();
    }

    private long after(Duration time) {
        return sent + time.toNanos();
    }

    @Test
    void ends_at_its_time_and_its_node_is_to_blame() {
        boolean unused = router.look(after(TIMEOUT));

        assertThatThrownBy(() -> count.get(60, TimeUnit.SECONDS))
                .hasMessageContaining("no answer from es-1 within " + TIMEOUT.toMillis() + " ms");
        assertThat(channel.breaker().armed()).isTrue();
    }

    @Test
    void over_a_pause_of_this_process_has_its_answer_read_first_and_nobody_is_to_blame_where_there_is_none() {
        Duration pause = TIMEOUT.plusSeconds(1);
        router.grace().expect(sent);
        router.grace().looks(after(pause));
        router.grace().expect(after(pause.plusDays(1)));

        assertThat(router.look(after(pause))).isTrue();
        assertThat(router.look(after(pause.plus(GracePeriod.LONGEST).minusNanos(1))))
                .isTrue();
        assertThat(count).isNotDone();
        boolean unused = router.look(after(pause.plus(GracePeriod.LONGEST)));

        assertThatThrownBy(() -> count.get(60, TimeUnit.SECONDS)).hasMessageContaining("this process was stopped");
        assertThat(channel.breaker().armed()).isFalse();
    }
}
