package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.transport.http.TransportHttpClient;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A firewall forgets idle connections while others of the same client bring answers. */
class IdleConnectionsTest {
    private static final Duration REROUTE = Duration.ofSeconds(2);

    private final List<Duration> closed = new ArrayList<>();
    /** Remembers for how long connections had to be idle to be closed. */
    private final NodeConnector connector = new NodeConnector() {
        @Override
        public TransportHttpClient connect(Target target) {
            return new RestConnector().connect(target);
        }

        @Override
        public void closeIdle(TransportHttpClient client, Duration idle) {
            closed.add(idle);
        }
    };

    /** Nodes that take a moment to answer, so that several connections are in use at a time. */
    private static CannedNode node() throws IOException {
        return CannedNode.counting(Duration.ofMillis(30));
    }

    private static FaultProxy proxy(CannedNode node) {
        FaultProxy proxy = FaultProxy.to("127.0.0.1", node.port());
        proxy.heal();
        return proxy;
    }

    private static CannedCluster behind(List<CannedNode> nodes, FaultProxy... proxies) {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "ha.elasticsearch.index-prefix",
                "cms",
                "ha.elasticsearch.reads.reroute-after",
                REROUTE.toMillis() + "ms",
                "ha.elasticsearch.reads.timeout",
                "60s"));
        Map<String, NodeChannel> channels = new TreeMap<>();
        for (int i = 0; i < proxies.length; i++) {
            String node = "es-" + (i + 1);
            settings.put("ha.elasticsearch.nodes." + node + ".address", "http://" + node + ":9200");
            channels.put(
                    node,
                    new NodeChannel(
                            CannedNode.target(node, proxies[i].port(), Duration.ofMinutes(1)), new RestConnector()));
        }
        Router router = new Router(
                StackConfig.of(settings).elasticsearch().orElseThrow(), ElasticsearchRoutesTest.routes(channels));
        return new CannedCluster(nodes, channels, router, CannedCluster.lookingAfter(router)).started();
    }

    private static int open(FaultProxy proxy) {
        AtomicInteger count = new AtomicInteger();
        int none = proxy.forget(flow -> {
            count.incrementAndGet();
            return false;
        });
        return count.get() + none;
    }

    @Test
    void cost_no_second_caller_its_time_once_a_read_was_lost_on_one_of_them() throws Exception {
        try (CannedNode one = node();
                CannedNode two = node();
                FaultProxy toOne = proxy(one);
                FaultProxy toTwo = proxy(two);
                CannedCluster cluster = behind(List.of(one, two), toOne, toTwo)) {
            try (Readers many = new Readers(8, cluster::count)) {
                many.await(200);
                Eventually.until("several connections", () -> open(toOne) >= 3);
            }
            assertThat(toOne.forget()).isGreaterThanOrEqualTo(3);
            long took = 0;
            while (took < REROUTE.toNanos()) {
                long began = System.nanoTime();
                assertThat(cluster.count()).isEqualTo(7);
                took = System.nanoTime() - began;
            }

            try (Readers many = new Readers(8, cluster::count)) {
                many.await(200);
                assertThat(many.slowest()).isLessThan(REROUTE);
                assertThat(many.failures()).isEmpty();
            }
        }
    }

    @Test
    void are_closed_where_others_have_served_without_them_for_a_second() throws Exception {
        try (CannedNode node = node();
                FaultProxy proxy = proxy(node);
                CannedCluster cluster = behind(List.of(node), proxy)) {
            try (Readers many = new Readers(8, cluster::count)) {
                many.await(200);
                Eventually.until("several connections", () -> open(proxy) >= 3);
            }

            try (Readers one = new Readers(1, cluster::count)) {
                Eventually.until("the others are closed", () -> open(proxy) == 1);
                assertThat(one.failures()).isEmpty();
            }
        }
    }

    @Test
    void are_kept_where_nothing_is_asked_however_long_ago_they_were_used_last() {
        try (NodeChannel channel = new NodeChannel(CannedNode.target("es-1", 1), connector)) {
            IdleConnections idle = new IdleConnections();
            channel.ended(channel.begin(), true);
            long answered = channel.client().answeredAt();

            idle.look(List.of(channel), answered + Duration.ofSeconds(25).toNanos());

            assertThat(closed).containsExactly(Duration.ofSeconds(26));
        }
    }

    @Test
    void are_closed_once_for_a_request_that_was_lost_unless_they_brought_an_answer_after_it() {
        try (NodeChannel one = new NodeChannel(CannedNode.target("es-1", 1), connector);
                NodeChannel two = new NodeChannel(CannedNode.target("es-2", 1), connector)) {
            IdleConnections idle = new IdleConnections();
            long sentAt = System.nanoTime();
            Duration since = Duration.ofMillis(800);

            idle.lost(List.of(one, two), sentAt, sentAt + since.toNanos());
            idle.lost(List.of(one, two), sentAt, sentAt + since.multipliedBy(2).toNanos());
            idle.lost(List.of(one, two), sentAt - 1, sentAt + since.toNanos());

            assertThat(closed).as("at both nodes").containsExactly(since, since);
        }
    }
}
