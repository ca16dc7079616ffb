package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Connections of which a firewall knows nothing any more: what is sent on them is swallowed, while new ones pass. */
@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class ForgottenFlowsIT {
    /** After so long no caller fails any more; without what is tested here it takes 30 s, or for ever. */
    private static final Duration BAR = Duration.ofSeconds(5);

    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);
    /** Until its caller hears of it that a write's time is over. */
    private static final Duration NOTICE = Duration.ofMillis(500);

    /** For a little less than it takes until the next client may be replaced. */
    private static final Duration HELD = Duration.ofMillis(800);

    private static final int CALLERS = 3;
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final MachineClock machine = new MachineClock();

    @AfterEach
    void endMeasurement() {
        machine.close();
    }

    private static Map<String, Object> document() {
        return Map.of("title", "x");
    }

    private static void forget(ElasticsearchCluster cluster, Duration idle) {
        int forgotten = cluster.nodes().stream()
                .mapToInt(node -> node.proxied().forget(flow -> flow.idle().compareTo(idle) >= 0))
                .sum();
        assertThat(forgotten).isPositive();
    }

    /** @param idleMillis of the flows that are forgotten; of 0, those in use, too */
    @ParameterizedTest
    @ValueSource(longs = {0, 300})
    void cost_no_caller_more_than_one_failure_and_none_after_five_seconds(long idleMillis, ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        // Connections are known to be dead after two seconds of silence; what was sent on them until then ends with its
        // own time.
        try (Articles articles =
                Articles.open(cluster.proxiedProperties(), "writes.timeout", "2500ms", "reads.timeout", "12s")) {
            List<Caller> callers = new ArrayList<>();
            IntStream.range(0, CALLERS).forEach(i -> {
                callers.add(new Caller("search", () -> articles.search("news")));
                callers.add(new Caller(
                        "get",
                        () -> articles.client()
                                .get(g -> g.index("cms-news-read").id("1"), Map.class)));
                callers.add(new Caller(
                        "set",
                        () -> articles.client()
                                .index(put ->
                                        put.index("cms-news-write").id("s" + i).document(document()))));
                callers.add(new Caller("add", () -> {
                    articles.add("news");
                    return true;
                }));
                callers.add(
                        new Caller("aliases", () -> articles.client().indices().getAlias(a -> a.name("cms-*"))));
            });
            try {
                callers.forEach(caller -> caller.await(20));

                // What took its time on a busy machine before that was lost by no firewall.
                callers.forEach(Caller::countFromNowOn);
                Duration began = machine.now();
                long forgottenAt = System.nanoTime();
                forget(cluster, Duration.ofMillis(idleMillis));
                callers.forEach(caller -> caller.awaitSince(forgottenAt + BAR.toNanos(), 20));

                assertThat(callers).allSatisfy(caller -> {
                    assertThat(caller.failures.get())
                            .as("%s: %s", caller.name, caller.last)
                            .isLessThanOrEqualTo(caller.name.equals("add") ? 1 : 0);
                    assertThat(caller.lastFailureAt.minus(began))
                            .as("%s: %s", caller.name, caller.last)
                            .isLessThan(BAR);
                });
            } finally {
                callers.forEach(Caller::end);
            }
        }
    }

    /** Every one is idle, as in a service at night. */
    @Test
    void cost_an_idle_process_no_failure(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.proxiedProperties(), "admin-timeout", "60s")) {
            try (Readers warm = new Readers(6, () -> articles.search("news"))) {
                warm.await(300);
            }
            forget(cluster, Duration.ZERO);
            Duration began = machine.now();

            articles.store().publication("news").index("p", document());
            articles.client().index(put -> put.index("cms-news-write").id("s").document(document()));
            articles.client().indices().getAlias(a -> a.name("cms-*"));
            articles.search("news");

            assertWithin(BAR, began);
        }
    }

    /** Its outcome is unknown, though here it was lost on its way; the next one goes well. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void end_a_write_that_must_not_be_sent_twice_at_its_timeout(boolean bulk, ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles =
                Articles.open(cluster.proxiedProperties(), "writes.timeout", WRITE_TIMEOUT.toMillis() + "ms")) {
            try (Readers warm = new Readers(6, () -> articles.search("news"))) {
                warm.await(300);
            }
            long before = Articles.count(cluster, "news");
            forget(cluster, Duration.ZERO);
            Duration began = machine.now();

            assertThatThrownBy(() -> add(articles, bulk)).isInstanceOf(ElasticsearchOutcomeUnknownException.class);
            assertWithin(WRITE_TIMEOUT.plus(NOTICE), began);

            add(articles, bulk);
            assertThat(Articles.count(cluster, "news")).isEqualTo(before + 1);
        }
    }

    /** As where a service takes nodes out: what is established is dropped without a word, what is new is refused. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void end_a_write_at_a_node_that_refuses_new_connections_as_unknown(boolean bulk, ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        settings.put("ha.probe.timeout", "150ms");
        try (Articles articles = Articles.open(settings, "writes.timeout", "60s")) {
            try (Readers warm = new Readers(6, () -> articles.search("news"))) {
                warm.await(300);
            }
            Duration began = machine.now();
            forget(cluster, Duration.ZERO);
            cluster.nodes().forEach(node -> node.proxied().refuse());

            assertThatThrownBy(() -> add(articles, bulk)).isInstanceOf(ElasticsearchOutcomeUnknownException.class);
            assertWithin(BAR, began);
        }
    }

    private void assertWithin(Duration promise, Duration began) {
        assertThat(machine.since(began)).isLessThan(promise);
    }

    private static void add(Articles articles, boolean bulk) throws IOException {
        if (bulk) {
            BulkResponse response = articles.client()
                    .bulk(b -> b.index("cms-news-write").operations(o -> o.index(i -> i.document(document()))));
            assertThat(response.errors()).as("%s", response).isFalse();
        } else {
            articles.add("news");
        }
    }

    /** Which would wait for {@code admin-timeout}. */
    @Test
    void cost_a_refresh_no_failure(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.proxiedProperties(), "admin-timeout", "3m")) {
            Publication news = articles.store().publication("news");
            for (int i = 0; i < 20; i++) {
                news.refresh();
            }
            Duration began = machine.now();
            forget(cluster, Duration.ZERO);

            news.refresh();

            // With nobody else to find out, it finds each node's connection dead, one after the other, in two seconds.
            assertWithin(BAR.multipliedBy(2), began);
        }
    }

    @Test
    void bound_a_write_of_a_publication_by_the_time_of_one_write(ElasticsearchCluster cluster) throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles =
                Articles.open(cluster.proxiedProperties(), "writes.timeout", WRITE_TIMEOUT.toMillis() + "ms")) {
            cluster.nodes().forEach(node -> node.proxied().blackHole());
            Duration began = machine.now();

            assertThatThrownBy(() -> articles.store().publication("news").index("p", document()))
                    .isInstanceOf(IOException.class);
            assertWithin(WRITE_TIMEOUT.plus(NOTICE), began);
        }
    }

    /** Nobody's connections have died, and new ones would be as silent: more than one client at a time is not replaced to find out. */
    @Test
    void have_one_client_replaced_at_a_time_where_the_one_copy_that_all_nodes_ask_is_late(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "one", 0, ",\"routing.allocation.require._name\":\"es-1\"");
        try (Articles articles = Articles.open(cluster.proxiedProperties(), "reads.timeout", "30s");
                Replacements replaced = new Replacements();
                Readers readers = new Readers(6, () -> articles.search("one"))) {
            readers.await(300);
            cluster.node("es-1").hang();
            Eventually.until("one is replaced", () -> !replaced.at().isEmpty());
            long from = System.nanoTime();
            Eventually.until("others have had their time", () -> System.nanoTime() - from >= HELD.toNanos());
            List<Long> at = replaced.at();
            cluster.node("es-1").resume();
            readers.await(100);

            assertThat(at).hasSizeLessThanOrEqualTo(2);
            assertThat(at.get(at.size() - 1) - at.get(0)).isGreaterThanOrEqualTo(at.size() == 1 ? 0 : HELD.toMillis());
            assertThat(readers.failures()).isEmpty();
        }
    }

    /** What was asked meanwhile has no answer in its time; the publications are not to blame, so no more fails once the network is back. */
    @Test
    void and_a_network_that_was_cut_fail_no_search_beyond_those_whose_time_was_over(ElasticsearchCluster cluster)
            throws Exception {
        Articles.publish(cluster, "news");
        try (Articles articles = Articles.open(cluster.proxiedProperties(), "reads.timeout", "3s");
                Readers readers = new Readers(6, () -> articles.search("news"))) {
            readers.await(300);
            cluster.nodes().forEach(node -> node.proxied().blackHole());
            Eventually.until(
                    "the time of two calls of each is over",
                    () -> readers.failures().size() >= 12);
            cluster.nodes().forEach(node -> node.proxied().heal());
            readers.await(100);

            assertThat(readers.failures()).hasOnlyElementsOfType(SocketTimeoutException.class);
        }
    }

    /** The HTTP clients that are replaced meanwhile. */
    private static final class Replacements implements AutoCloseable {
        private final Logger log = (Logger) LoggerFactory.getLogger(NodeChannel.class);
        private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

        Replacements() {
            log.setLevel(Level.DEBUG);
            lines.start();
            log.addAppender(lines);
        }

        /** When, in ms. */
        List<Long> at() {
            return List.copyOf(lines.list).stream()
                    .filter(line -> line.getFormattedMessage().endsWith("requests had no answer"))
                    .map(ILoggingEvent::getTimeStamp)
                    .toList();
        }

        @Override
        public void close() {
            log.detachAppender(lines);
            log.setLevel(null);
        }
    }

    /** Calls again and again on a thread of its own. */
    private final class Caller {
        private final String name;
        private final Callable<?> call;
        private final Thread thread;
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private volatile Duration lastFailureAt = machine.now();
        private volatile String last = "";
        private volatile boolean ended;

        Caller(String name, Callable<?> call) {
            this.name = name;
            this.call = call;
            this.thread = new Thread(this::run, name);
            thread.start();
        }

        private void run() {
            while (!ended) {
                // As many as ask without a pause are a test of a busy machine.
                LockSupport.parkNanos(PAUSE.toNanos());
                try {
                    Object unused = call.call();
                    done.incrementAndGet();
                } catch (Exception e) {
                    lastFailureAt = machine.now();
                    failures.incrementAndGet();
                    last = e.toString();
                }
            }
        }

        void countFromNowOn() {
            failures.set(0);
        }

        void await(int more) {
            int from = done.get();
            Eventually.until(name + " goes on", () -> done.get() >= from + more);
        }

        void awaitSince(long time, int more) {
            Eventually.until("the time is over", () -> System.nanoTime() - time >= 0);
            await(more);
        }

        void end() {
            ended = true;
            thread.interrupt();
            try {
                thread.join(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
