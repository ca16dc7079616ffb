package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a rebuild says of itself, where copies of the shards are wanted. */
@HaStackTest(elasticsearch = @Elasticsearch(nodes = {"es-1", "es-2", "es-3"}))
class RebuildProgressIT {
    private static final int ARTICLES = 283;

    private final ElasticsearchCluster cluster;

    RebuildProgressIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void says_what_it_waits_for_from_its_beginning_to_its_end() throws Exception {
        List<RebuildProgress> told = new ArrayList<>();
        Map<RebuildProgress.Phase, Long> began = new ConcurrentHashMap<>();
        Map<RebuildProgress.Phase, String> shards = new ConcurrentHashMap<>();
        try (Instance process = Instance.start(cluster, Map.of("ha.elasticsearch.defaults.replicas", "1"))) {
            Publication news = process.publication("news");
            news.provision();

            RebuildResult result = news.rebuild(Rebuild.of(
                            () -> IntStream.range(0, ARTICLES).boxed(), i -> "a" + i, i -> new Article("New", i))
                    .withTotal(ARTICLES)
                    .withListener(progress -> {
                        told.add(progress);
                        began.putIfAbsent(progress.phase(), System.nanoTime());
                        shards.computeIfAbsent(
                                progress.phase(),
                                phase -> cluster.request("GET", "/_cat/shards/cms-news-*?h=index,prirep,state", null));
                    }));

            assertThat(result.copied()).isEqualTo(ARTICLES);
            assertThat(told.stream().map(RebuildProgress::phase).distinct())
                    .containsExactly(RebuildProgress.Phase.values());
            assertThat(told).allSatisfy(progress -> {
                assertThat(progress.total()).isEqualTo(OptionalLong.of(ARTICLES));
                assertThat(progress.waitingFor().isEmpty())
                        .as("%s", progress)
                        .isEqualTo(progress.phase() == RebuildProgress.Phase.DONE);
            });
            assertThat(Objects.requireNonNull(shards.get(RebuildProgress.Phase.COPYING))
                            .lines())
                    .as("a copy of the shard is made while writers hear of the index")
                    .anyMatch(shard -> shard.startsWith("cms-news-000002 r "));
            System.out.println("phases of a rebuild: " + durations(began));
        }
    }

    private static String durations(Map<RebuildProgress.Phase, Long> began) {
        StringBuilder words = new StringBuilder();
        RebuildProgress.Phase[] phases = RebuildProgress.Phase.values();
        for (int i = 0; i + 1 < phases.length; i++) {
            long from = Objects.requireNonNull(began.get(phases[i]));
            long to = Objects.requireNonNull(began.get(phases[i + 1]));
            words.append(phases[i]).append(' ').append((to - from) / 1_000_000).append(" ms; ");
        }
        return words.toString();
    }
}
