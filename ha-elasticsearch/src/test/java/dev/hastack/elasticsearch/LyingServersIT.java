package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.Lie;
import dev.hastack.testkit.RepeatedCalls;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All servers say something else than they should, or nothing at all: no caller is stuck, and each is served once they are honest. */
@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2"}))
class LyingServersIT {
    /** Many times what the settings here allow; a caller that is stuck waits for ever. */
    private static final Duration AT_MOST = Duration.ofSeconds(20);

    private static final String BEGINNING =
            "HTTP/1.1 200 OK\r\nX-Elastic-Product: Elasticsearch\r\nContent-Type: application/json\r\n";

    private final ElasticsearchCluster cluster;

    LyingServersIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    private static Stream<Lie> lies() {
        return Stream.concat(
                Lie.ofNoProtocol().stream(),
                Stream.of(
                        Lie.OF_HTTP,
                        Lie.OF_REDIS,
                        Lie.OF_POSTGRESQL,
                        new Lie("another document", BEGINNING + "Content-Length: 2\r\n\r\n[]", Lie.Then.SILENCE),
                        new Lie("no JSON", BEGINNING + "Content-Length: 9\r\n\r\n<html>...", Lie.Then.SILENCE),
                        new Lie(
                                "half a document",
                                BEGINNING + "Content-Length: 99\r\n\r\n{\"hits\":",
                                Lie.Then.SILENCE),
                        new Lie(
                                "half a document and the end",
                                BEGINNING + "Content-Length: 99\r\n\r\n{\"hits\":",
                                Lie.Then.END),
                        new Lie("headers without end", "HTTP/1.1 200 OK:\r\n", Lie.Then.AGAIN),
                        new Lie(
                                "a body without end",
                                BEGINNING + "Content-Length: 2147483647\r\n\r\n{",
                                Lie.Then.AGAIN)));
    }

    @ParameterizedTest
    @MethodSource("lies")
    void leave_no_caller_waiting(Lie lie) throws Exception {
        Articles.publish(cluster, "lies");
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        // Of Elasticsearch four times that, and ten times as much where all are silent.
        settings.put("ha.probe.timeout", "100ms");
        try (Articles articles = Articles.open(
                        settings,
                        "reads.timeout",
                        "500ms",
                        "writes.timeout",
                        "500ms",
                        "admin-timeout",
                        "500ms",
                        "connect-timeout",
                        "500ms");
                RepeatedCalls calls = new RepeatedCalls(calls(articles))) {
            try {
                calls.awaitSuccesses(3);

                cluster.nodes().forEach(node -> node.proxied().lie(lie));

                calls.awaitFailures(3);
                for (NodeHealth node : nodes(articles.stack())) {
                    Eventually.until(
                            node.node() + " is told as one that does not serve",
                            () -> nodes(articles.stack()).stream()
                                    .anyMatch(n -> n.node().equals(node.node()) && n.health() == Health.DOWN));
                }
                cluster.nodes().forEach(node -> node.proxied().heal());
                calls.awaitSuccesses(3);
                assertThat(calls.longest()).isLessThan(AT_MOST);
                assertThat(calls.failures())
                        .allSatisfy(
                                e -> assertThat(e).isInstanceOfAny(IOException.class, ElasticsearchException.class));
            } finally {
                cluster.nodes().forEach(node -> node.proxied().heal());
            }
        }
    }

    private static List<NodeHealth> nodes(HaStack stack) {
        return stack.health().stores().get(0).nodes();
    }

    private static Map<String, Callable<?>> calls(Articles articles) {
        return Map.of(
                "search",
                () -> articles.search("lies"),
                "add",
                () -> {
                    articles.add("lies");
                    return true;
                },
                "set",
                () -> articles.client()
                        .index(i -> i.index("cms-lies-write").id("set").document(Map.of("title", "set"))),
                "get",
                () -> articles.client().get(g -> g.index("cms-lies-read").id("1"), Map.class),
                "question about an index",
                () -> articles.client().indices().get(i -> i.index("cms-lies-000001")),
                "count",
                () -> count(articles));
    }

    private static Object count(Articles articles) throws Exception {
        try {
            return articles.store().asyncClient().count().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
