package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.StoreHealth;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers get where the breaker of the only node is open. */
class LastNodeTest {
    private static final ElasticsearchConfig CONFIG = StackConfig.of(Map.of(
                    "ha.elasticsearch.nodes.es-1.address", "http://es-1:9200",
                    "ha.elasticsearch.index-prefix", "cms",
                    "ha.elasticsearch.max-in-flight", "10"))
            .elasticsearch()
            .orElseThrow();

    /** Until a caller hears what keeps its request from being done. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final CannedNode node =
            CannedNode.json(200, "{\"count\":7,\"_shards\":{\"total\":1,\"successful\":1,\"skipped\":0,\"failed\":0}}");
    private final NodeChannel channel = new NodeChannel(CannedNode.target(node.port()), new RestConnector());
    private final Router router = new Router(CONFIG, ElasticsearchRoutesTest.routes(Map.of("es-1", channel)));
    private final ElasticsearchClient client =
            new ElasticsearchClient(new RoutingTransport(router, Mappers.standard()));

    LastNodeTest() throws IOException {
        CannedCluster.lookingAfter(router).start();
        IntStream.range(0, 5).forEach(i -> channel.breaker().failed(new IOException("reset")));
        assertThat(channel.breaker().open()).isTrue();
    }

    @AfterEach
    void close() {
        router.close();
        channel.close();
        node.close();
    }

    private long count() throws IOException {
        return client.count(count -> count.index("cms-news-read")).count();
    }

    @Test
    void it_is_asked_all_the_same() throws IOException {
        assertThat(count()).isEqualTo(7);
        assertThat(node.asked()).isPositive();
    }

    @Test
    void where_it_is_full_the_error_says_so_and_by_how_many() {
        int places = 0;
        for (; channel.hasRoom(); places++) {
            NodeChannel.Client unused = channel.begin();
        }

        assertThatThrownBy(() -> TimeLimit.within(SOON, this::count))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("count of cms-news-read: not sent within \\d+ ms: " + places
                        + " requests are under way at es-1, as many as ha.elasticsearch.max-in-flight allows");
        assertThat(node.asked()).isZero();
    }

    @Test
    void health_is_down_where_no_request_can_be_sent_though_the_probe_has_its_connection_still() {
        ElasticsearchHealth health = new ElasticsearchHealth(router);
        assertThat(health.of(router.routes(), Instant.EPOCH).health()).isEqualTo(Health.DEGRADED);
        node.close();
        assertThatThrownBy(() -> TimeLimit.within(SOON, this::count)).isInstanceOf(IOException.class);

        StoreHealth now = health.of(router.routes(), Instant.EPOCH);
        assertThat(now.health()).isEqualTo(Health.DOWN);
        assertThat(now.nodes().get(0).reason().orElse(""))
                .startsWith("connections cannot be opened: ")
                .contains("refused");
    }

    @Test
    void where_it_fails_the_error_says_how_and_nothing_of_requests_under_way() {
        node.close();

        assertThatThrownBy(() -> TimeLimit.within(SOON, this::count))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("count of cms-news-read: ")
                .hasMessageContaining("refused")
                .hasMessageNotContainingAny("under way", "max-in-flight", "breaker");
    }
}
