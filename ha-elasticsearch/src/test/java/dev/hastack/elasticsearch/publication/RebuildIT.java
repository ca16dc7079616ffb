package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The map is the database: what a writer does, it does there first. */
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class RebuildIT {
    private static final int ARTICLES = 2000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ElasticsearchCluster cluster;
    private final List<Instance> processes = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Article> database = new ConcurrentHashMap<>();

    RebuildIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        processes.forEach(Instance::close);
    }

    /** In a process of its own. */
    private Publication news(String layout) throws Exception {
        Instance process = Instance.start(cluster, Map.of("ha.elasticsearch.defaults.layout", layout));
        processes.add(process);
        Publication news = process.publication("news");
        news.provision();
        return news;
    }

    private void fill() {
        IntStream.range(0, ARTICLES).forEach(i -> database.put("a" + i, new Article("Old " + i, 0)));
    }

    private Rebuild<Map.Entry<String, Article>> rebuild(Stream<Map.Entry<String, Article>> rows) {
        return Rebuild.of(() -> rows, Map.Entry::getKey, Map.Entry::getValue);
    }

    private static Map<String, Article> documents(Publication publication) throws IOException {
        publication.refresh();
        return publication.search(search -> search.size(10_000), Article.class).hits().hits().stream()
                .collect(Collectors.toMap(hit -> String.valueOf(hit.id()), hit -> hit.source()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void live_writes_of_several_processes_are_in_the_new_generation(String layout) throws Exception {
        Publication rebuilding = news(layout);
        fill();
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<Integer>> writers = new ArrayList<>();
        for (int writer = 0; writer < 2; writer++) {
            Publication live = news(layout);
            int own = writer;
            writers.add(threads.submit(() -> write(live, own, stop)));
        }
        Publication reader = news(layout);
        rebuilding.rebuild(rebuild(database.entrySet().stream()));
        Future<Integer> searches = threads.submit(() -> search(reader, stop));
        List<RebuildProgress> progress = new ArrayList<>();
        RebuildResult result = rebuilding.rebuild(
                rebuild(database.entrySet().stream()).withTotal(ARTICLES).withListener(progress::add));
        stop.set(true);

        for (Future<Integer> writer : writers) {
            assertThat(writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isPositive();
        }
        assertThat(searches.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isPositive();
        assertThat(documents(reader)).isEqualTo(database);
        assertThat(result.copied()).isPositive();
        assertThat(result.generation()).isEqualTo("cms-news-000003");
        assertThat(progress).extracting(RebuildProgress::phase).contains(RebuildProgress.Phase.values());
        assertThat(progress.get(progress.size() - 1).done()).isEqualTo(result.copied() + result.superseded());
    }

    /** Changes, adds and deletes what is its own. */
    private int write(Publication live, int own, AtomicBoolean stop) throws Exception {
        int writes = 0;
        try (Bulk bulk = live.bulk(letter -> {
            throw new AssertionError(letter.toString());
        })) {
            while (!stop.get()) {
                String id = "a" + (writes * 2 + own) % (ARTICLES + 500);
                Article article = new Article("New", ++writes);
                switch (writes % 4) {
                    case 0 -> {
                        database.remove(id);
                        live.delete(id);
                    }
                    case 1 -> {
                        database.remove(id);
                        var unused = bulk.delete(id);
                        if (!bulk.flush(PATIENCE)) {
                            throw new AssertionError("not flushed");
                        }
                    }
                    case 2 -> {
                        database.put(id, article);
                        var unused = bulk.index(id, article);
                        if (!bulk.flush(PATIENCE)) {
                            throw new AssertionError("not flushed");
                        }
                    }
                    default -> {
                        database.put(id, article);
                        live.index(id, article);
                    }
                }
            }
        }
        return writes;
    }

    private static int search(Publication reader, AtomicBoolean stop) throws IOException {
        int searches = 0;
        while (!stop.get()) {
            assertThat(reader.search(search -> search.size(1), Article.class)
                            .hits()
                            .hits())
                    .hasSize(1);
            searches++;
        }
        return searches;
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void what_is_deleted_while_it_is_being_copied_stays_deleted(String layout) throws Exception {
        Publication rebuilding = news(layout);
        Publication live = news(layout);
        database.put("a1", new Article("Old", 0));
        live.index("a1", new Article("Old", 0));

        RebuildResult result =
                rebuilding.rebuild(rebuild(database.entrySet().stream().peek(read -> {
                    call(() -> live.delete("a1"));
                    forgetVersions("cms-news-000002");
                })));

        assertThat(result.deleted()).isEqualTo(1);
        assertThat(documents(live)).isEmpty();
        cluster.request("POST", "/cms-rebuilds/_refresh", null);
        assertThat(cluster.request("GET", "/cms-rebuilds/_count?q=publication:news", null))
                .contains("\"count\":0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void what_is_deleted_when_all_is_copied_does_not_fail_the_rebuild(String layout) throws Exception {
        Publication rebuilding = news(layout);
        Publication live = news(layout);
        for (String id : List.of("a1", "a2", "a3")) {
            database.put(id, new Article("Old", 0));
            live.index(id, new Article("Old", 0));
        }
        AtomicBoolean once = new AtomicBoolean();

        RebuildResult result =
                rebuilding.rebuild(rebuild(database.entrySet().stream()).withListener(progress -> {
                    if (progress.phase() == RebuildProgress.Phase.REPLICATING && once.compareAndSet(false, true)) {
                        call(() -> live.delete("a1"));
                        call(() -> live.delete("a2"));
                    }
                }));

        assertThat(result.copied()).isEqualTo(3);
        assertThat(documents(live)).containsOnlyKeys("a3");
    }

    /** Of what was deleted, as Elasticsearch does after a minute. */
    private void forgetVersions(String generation) {
        cluster.request("PUT", "/" + generation + "/_settings", "{\"index.gc_deletes\": \"0s\"}");
        cluster.request("POST", "/" + generation + "/_refresh", null);
    }

    @Test
    void a_live_write_during_the_copy_wins_over_what_is_copied() throws Exception {
        Publication rebuilding = news("own");
        Publication live = news("own");
        database.put("a1", new Article("Old", 0));

        RebuildResult result = rebuilding.rebuild(rebuild(database.entrySet().stream()
                .peek(read -> call(() -> live.index("a1", new Article("New", 1))))));

        assertThat(result.superseded()).isEqualTo(1);
        assertThat(documents(live)).isEqualTo(Map.of("a1", new Article("New", 1)));
    }

    @Test
    void a_live_write_whose_answer_comes_after_the_swap_is_in_the_new_generation() throws Exception {
        Publication rebuilding = news("own");
        Instance far = Instance.proxied(cluster);
        processes.add(far);
        Publication slow = far.publication("news");
        FaultProxy network = cluster.node("es-1").proxied();
        database.put("a1", new Article("Old", 0));
        List<Future<?>> late = new ArrayList<>();
        rebuilding.rebuild(rebuild(database.entrySet().stream().peek(read -> {
            call(() -> slow.index("a2", new Article("In time", 1))); // and has looked, just now
            network.blackHole(FaultProxy.Direction.TO_CLIENT);
            late.add(threads.submit(() -> slow.index("a3", new Article("Late", 2))));
            call(() -> {
                awaitDocument("/cms-news-000001/_doc/a3");
                return null;
            });
        })));
        long outdated = System.nanoTime() + Instance.QUICK.life().toNanos();
        while (System.nanoTime() - outdated < 0) {
            LockSupport.parkNanos(outdated - System.nanoTime());
        }

        network.heal();
        late.get(0).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(documents(rebuilding)).containsOnlyKeys("a1", "a2", "a3");
    }

    /** Nodes hear of a swap one after the other: here the aliases for users lead to the old generation still. */
    @Test
    void a_write_that_landed_in_the_old_generation_after_the_swap_is_made_to_the_new_one() throws Exception {
        Publication news = news("own");
        cluster.request("PUT", "/cms-news-000002", "{\"aliases\": {\"cms-news-000002-swap\": {}}}");

        news.index("a1", new Article("Single", 1));
        try (Bulk bulk = news.bulk(dead -> {})) {
            bulk.index("a2", new Article("Bulk", 1)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        awaitDocument("/cms-news-000002/_doc/a1");
        awaitDocument("/cms-news-000002/_doc/a2");

        news.delete("a1");
        assertThatThrownBy(() -> cluster.request("GET", "/cms-news-000002/_doc/a1", null))
                .hasMessageContaining("404");
    }

    @Test
    void the_alias_that_says_that_a_swap_is_not_known_everywhere_is_taken_away() throws Exception {
        Publication news = news("own");
        cluster.request("PUT", "/cms-news-000001/_alias/cms-news-000001-swap", "{}"); // of a process that died
        database.put("a1", new Article("Old", 0));

        news.rebuild(rebuild(database.entrySet().stream()));

        assertThat(cluster.request("GET", "/_cat/aliases/cms-*?h=alias", null))
                .contains("cms-news-read")
                .doesNotContain("-swap");
    }

    private void awaitDocument(String path) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                String unused = cluster.request("GET", path, null);
                return;
            } catch (IllegalStateException e) {
                assertThat(System.nanoTime() - end).as("%s is there", path).isNegative();
            }
        }
    }

    @Test
    void a_second_rebuild_is_refused_while_one_is_under_way() throws Exception {
        Publication first = news("own");
        Publication second = news("own");
        database.put("a1", new Article("Old", 0));

        first.rebuild(rebuild(database.entrySet().stream()
                .peek(read -> assertThatThrownBy(() -> second.rebuild(rebuild(Stream.empty())))
                        .isInstanceOf(PublicationException.Busy.class)
                        .hasMessageContaining(
                                "process " + ProcessHandle.current().pid()))));

        assertThat(documents(second)).isEqualTo(database);
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void a_rebuild_whose_source_fails_leaves_everything_as_it_was(String layout) throws Exception {
        Publication news = news(layout);
        news.index("a1", new Article("Old", 0));

        assertThatThrownBy(() -> news.rebuild(rebuild(
                        Stream.of(Map.entry("a2", new Article("x", 0)), Map.entry("a3", new Article("x", 0)))
                                .peek(row -> {
                                    if (row.getKey().equals("a3")) {
                                        throw new IllegalStateException("the database is gone");
                                    }
                                }))))
                .isInstanceOf(PublicationException.RebuildFailed.class)
                .hasMessageContaining("the database is gone");

        assertThat(documents(news)).containsOnlyKeys("a1");
        assertThat(cluster.request("GET", "/_cat/aliases/cms-news*?h=alias&s=alias", null)
                        .lines())
                .doesNotContain("cms-news-000002", "cms-news-000002-next");
    }

    @Test
    void a_document_that_the_mapping_forbids_fails_the_rebuild_and_is_named() throws Exception {
        Publication news = news("own");

        assertThatThrownBy(
                        () -> news.rebuild(Rebuild.of(List.of(Map.of("id", "a1", "other", "x")), row -> row.get("id"))))
                .isInstanceOf(PublicationException.RebuildFailed.class)
                .hasMessageContaining("a1")
                .hasMessageContaining("strict");
    }

    @Test
    void a_live_write_that_the_new_mapping_forbids_calls_the_rebuild_off() throws Exception {
        Instance changed = Instance.start(
                cluster, Map.of("ha.elasticsearch.defaults.mapping", "{\"dynamic\": \"strict\", \"properties\": {}}"));
        processes.add(changed);
        Publication live = news("own");
        Publication rebuilding = changed.publication("news");

        assertThatThrownBy(() -> rebuilding.rebuild(Rebuild.of(
                        () -> Stream.of("a1").peek(read -> call(() -> live.index("a9", new Article("New", 1)))),
                        row -> row,
                        row -> Map.of())))
                .isInstanceOf(PublicationException.RebuildFailed.class);

        assertThat(documents(live)).containsOnlyKeys("a9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void a_rollback_brings_back_the_generation_before_and_another_one_undoes_it(String layout) throws Exception {
        Publication news = news(layout);
        Publication other = news(layout);
        news.index("a1", new Article("Old", 0));
        other.get("a1", Article.class);
        database.put("a2", new Article("New", 1));
        news.rebuild(rebuild(database.entrySet().stream()));
        assertThat(documents(other)).isEqualTo(database);

        news.rollback();
        assertThat(documents(other)).containsOnlyKeys("a1");
        other.index("a3", new Article("After", 1));
        assertThat(documents(other)).containsOnlyKeys("a1", "a3");

        other.rollback();
        assertThat(documents(news)).isEqualTo(database);
        news.rebuild(rebuild(database.entrySet().stream()));
        assertThat(documents(other)).isEqualTo(database);
        other.provision();
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void what_a_dead_process_left_is_removed_by_the_next_one_that_starts(String layout) throws Exception {
        news(layout);
        database.put("a1", new Article("Old", 0));
        // It dies with the claim, the marker and a half-filled generation.
        Instance dead = Instance.start(cluster, Map.of("ha.elasticsearch.defaults.layout", layout));
        CountDownLatch copying = new CountDownLatch(1);
        Future<RebuildResult> cut = threads.submit(() -> dead.publication("news")
                .rebuild(Rebuild.of(
                                () -> Stream.of("x1").peek(read -> {
                                    dead.close();
                                    copying.countDown();
                                }),
                                row -> row,
                                row -> new Article(row, 0))
                        .withLimits(BulkLimits.DEFAULT.withRetryFor(Duration.ofMillis(100)))));
        assertThat(copying.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        Publication next = news(layout);
        next.index("a2", new Article("Live", 1));
        database.put("a2", new Article("Live", 1));
        RebuildResult result = next.rebuild(rebuild(database.entrySet().stream()));

        assertThatThrownBy(() -> cut.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(PublicationException.RebuildFailed.class);
        assertThat(result.generation()).isNotEqualTo("cms-news-000002");
        assertThat(documents(next)).isEqualTo(database);
    }

    private static void call(Callable<?> callable) {
        try {
            callable.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
