package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import dev.hastack.core.config.StackConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardsTest {
    private final Guards guards = new Guards(StackConfig.of(Map.of(
                    "ha.elasticsearch.nodes.es-1.address", "http://es-1:9200",
                    "ha.elasticsearch.index-prefix", "cms",
                    "ha.elasticsearch.max-in-flight", "4",
                    "ha.elasticsearch.publication-share", "50%"))
            .elasticsearch()
            .orElseThrow());

    @Test
    void has_one_guard_for_all_names_of_a_publication() {
        assertThat(guards.name("cms-news-read")).isEqualTo("news");
        assertThat(guards.name("cms-news-write")).isEqualTo("news");
        assertThat(guards.name("cms-late-night-news-000012")).isEqualTo("late-night-news");
        assertThat(guards.name("logs-2026")).isEqualTo("logs-2026");
        assertThat(guards.name("cms")).isEqualTo("cms");
    }

    private static Slots.Entry enter(Guard guard, Slots.Waiter waiter, Guards.Limits limits) {
        return guard.enter(true, waiter, limits.most(), limits.waiting());
    }

    @Test
    void lets_a_publication_have_its_share_and_the_next_wait_for_it_in_order() {
        Guards.Limits limits = guards.limits("cms-news-read", 1);
        assertThat(limits).isEqualTo(new Guards.Limits(2, 4, 1));
        Guard news = guards.of("cms-news-read");
        List<Integer> admitted = new ArrayList<>();

        assertThat(enter(news, () -> true, limits)).isEqualTo(Slots.Entry.TAKEN);
        assertThat(enter(news, () -> true, limits)).isEqualTo(Slots.Entry.TAKEN);
        for (int i = 0; i < 4; i++) {
            int waiting = i;
            assertThat(enter(news, () -> admitted.add(waiting), limits)).isEqualTo(Slots.Entry.WAITS);
        }
        assertThat(enter(news, () -> true, limits)).isEqualTo(Slots.Entry.REFUSED);
        assertThat(enter(guards.of("cms-sport-read"), () -> true, limits)).isEqualTo(Slots.Entry.TAKEN);
        assertThat(news.enter(false, () -> true, 2, 4)).as("a write").isEqualTo(Slots.Entry.TAKEN);
        assertThat(admitted).isEmpty();

        news.leave(true);
        news.leave(true);
        assertThat(admitted).containsExactly(0, 1);
    }

    @Test
    void passes_over_those_that_wait_no_more() {
        Guards.Limits limits = guards.limits("cms-news-read", 1);
        Guard news = guards.of("cms-news-read");
        List<String> admitted = new ArrayList<>();
        enter(news, () -> true, limits);
        enter(news, () -> true, limits);
        Slots.Waiter gone = () -> admitted.add("gone");
        enter(news, gone, limits);
        enter(news, () -> false, limits);
        enter(news, () -> admitted.add("here"), limits);

        news.forget(true, gone);
        news.leave(true);

        assertThat(admitted).containsExactly("here");
        news.leave(true);
        news.leave(true);
        assertThat(enter(news, () -> true, limits)).isEqualTo(Slots.Entry.TAKEN);
    }

    @Test
    void admits_those_who_wait_when_there_are_more_nodes() {
        Guard news = guards.of("cms-news-read");
        List<String> admitted = new ArrayList<>();
        enter(news, () -> true, guards.limits("cms-news-read", 1));
        enter(news, () -> true, guards.limits("cms-news-read", 1));
        enter(news, () -> admitted.add("first"), guards.limits("cms-news-read", 1));

        enter(news, () -> admitted.add("second"), guards.limits("cms-news-read", 2));

        assertThat(admitted).containsExactly("first");
    }

    @Test
    void keeps_the_reads_of_a_publication_away_and_not_its_writes_nor_others() {
        Guard news = guards.of("cms-news-read");
        for (int i = 0; i < 5; i++) {
            news.failed(true, new IOException("no shard"));
        }

        assertThat(news.permits(true)).isFalse();
        assertThat(news.why()).endsWith("the last: no shard");
        assertThat(news.permits(false)).isTrue();
        assertThat(guards.of("cms-sport-read").permits(true)).isTrue();
        assertThat(guards.closures())
                .singleElement()
                .satisfies(text -> assertThat(text)
                        .matches("Reads of publication news are kept away, and tried again in \\d+ ms: the circuit"
                                + " breaker of publication news is open, .*; the last: no shard"));

        guards.forgive();
        assertThat(news.permits(true)).isTrue();
    }

    /** Though it has more requests than all others, which the cluster's guard lets pass and hears nothing of. */
    @Test
    void a_broken_publication_does_not_keep_the_clusters_guard_from_hearing_of_others() {
        Guard cluster = guards.cluster();
        for (int i = 0; i < 5; i++) {
            cluster.failed(true, new IOException("no master"));
        }
        assertThat(cluster.permits(true)).isFalse();
        Eventually.until("its time is over", () -> cluster.permits(true));
        cluster.withdrawn(true);

        for (int i = 0; i < 100; i++) {
            assertThat(cluster.permits(true)).as("the broken one's, %d", i).isTrue();
            cluster.withdrawn(true);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(cluster.permits(true)).as("another's, %d", i).isTrue();
            cluster.succeeded(true);
        }
        assertThat(cluster.closures()).isEmpty();
        assertThat(cluster.permits(true)).isTrue();
    }

    private void fail(String index) {
        assertThat(guards.cluster().permits(true)).isTrue();
        guards.clusterFailed(index, true, new IOException("502"), 0);
    }

    @Test
    void one_publications_failures_do_not_open_the_clusters_breaker_whatever_its_requests_are_called() {
        for (int i = 0; i < 20; i++) {
            fail("cms-news-read");
            fail("cms-news-000001");
            fail("cms-news-read,cms-sport-read");
            fail("cms-*-read");
            fail("_all");
            fail("es/search");
        }
        assertThat(guards.cluster().permits(true)).isTrue();
    }

    @Test
    void failures_of_two_publications_open_the_clusters_breaker() {
        for (int i = 0; i < 5; i++) {
            fail("cms-news-read");
            fail("cms-sport-read");
        }
        assertThat(guards.cluster().permits(true)).isFalse();
        assertThat(guards.cluster().permits(false)).as("writes").isTrue();
    }

    @Test
    void a_publication_that_all_but_always_fails_does_not_shut_out_one_that_seldom_does() {
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 20; j++) {
                fail("cms-news-read");
            }
            if (i % 3 == 0) {
                fail("cms-sport-read");
            } else {
                assertThat(guards.cluster().permits(true)).isTrue();
                guards.cluster().succeeded(true);
            }
        }
        assertThat(guards.cluster().permits(true)).isTrue();
    }

    @Test
    void a_failure_long_ago_bears_none_out() {
        Suspicion suspicion = new Suspicion();
        assertThat(suspicion.confirmed("news", 0)).isFalse();
        assertThat(suspicion.confirmed("sport", Duration.ofSeconds(11).toNanos()))
                .isFalse();
        assertThat(suspicion.confirmed("news", Duration.ofSeconds(12).toNanos()))
                .isTrue();
        assertThat(suspicion.confirmed("sport", Duration.ofSeconds(12).toNanos()))
                .as("used up")
                .isFalse();
    }

    @Test
    void a_bulk_is_of_the_publication_that_all_its_operations_are_of() {
        assertThat(Scope.of(bulk("cms-news-write", "cms-news-write"), "", "es/bulk"))
                .isEqualTo("cms-news-write");
        assertThat(Scope.of(bulk("cms-news-write", "cms-sport-write"), "", "es/bulk"))
                .isEqualTo("es/bulk");
        assertThat(Scope.of(bulk("a", "b"), "c", "es/bulk")).isEqualTo("c");
        assertThat(guards.of("es/bulk").name()).isEqualTo("bulk requests that name no index");
    }

    private static BulkRequest bulk(String... indices) {
        return BulkRequest.of(bulk -> bulk.operations(Arrays.stream(indices)
                .map(index -> BulkOperation.of(o -> o.delete(d -> d.index(index).id("1"))))
                .toList()));
    }

    @Test
    void forgets_publications_that_are_not_used() {
        Guards.Limits limits = guards.limits("cms-news-read", 3);
        enter(guards.of("cms-news-read"), () -> true, limits);
        guards.of("cms-news-read").leave(true);
        enter(guards.of("cms-news-write"), () -> true, limits);
        guards.of("cms-news-write").leave(true);
        Guard used = guards.of("cms-sport-000001");
        enter(used, () -> true, limits);
        assertThat(guards.size()).isEqualTo(2);

        guards.sweep();
        guards.sweep();
        assertThat(guards.size()).isEqualTo(1);

        used.leave(true);
        guards.sweep();
        assertThat(guards.size()).isZero();
    }
}
