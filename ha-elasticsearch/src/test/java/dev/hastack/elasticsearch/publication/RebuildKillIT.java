package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that is killed at a point of its rebuild, while another one writes. */
@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class RebuildKillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ElasticsearchCluster cluster;
    private final Map<String, Article> database = new ConcurrentHashMap<>();

    RebuildKillIT(ElasticsearchCluster cluster) {
        this.cluster = cluster;
    }

    @ParameterizedTest
    @EnumSource(
            value = RebuildProgress.Phase.class,
            names = {"ANNOUNCING", "COPYING", "SWAPPING", "DONE"})
    void a_rebuild_that_is_killed_loses_nothing(RebuildProgress.Phase phase) throws Exception {
        try (Instance process = Instance.start(cluster)) {
            Publication live = process.publication("news");
            live.provision();
            for (int i = 0; i < KilledRebuild.ARTICLES; i++) {
                database.put("a" + i, new Article("Old", 0));
                live.index("a" + i, new Article("Old", 0));
            }
            Process killed = start(phase);
            try {
                await(killed, "AT " + phase);
                write(live, 0);
            } finally {
                killed.destroyForcibly().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            write(live, 60);
            assertThat(documents(live)).isEqualTo(database);

            RebuildResult result = live.rebuild(
                    Rebuild.of(() -> database.entrySet().stream(), Map.Entry::getKey, Map.Entry::getValue));

            assertThat(result.generation()).isEqualTo("cms-news-000003");
            assertThat(documents(live)).isEqualTo(database);
            assertThat(cluster.request("GET", "/_cat/aliases/cms-news*?h=alias&s=alias", null)
                            .lines())
                    .noneMatch(alias -> alias.endsWith("-next") || alias.endsWith("-swap"));
        }
    }

    /** Changes some, adds some, deletes some. */
    private void write(Publication live, int from) throws IOException {
        for (int i = from; i < from + 20; i++) {
            database.put("a" + i, new Article("New", i));
            live.index("a" + i, new Article("New", i));
            database.put("b" + i, new Article("Added", i));
            live.index("b" + i, new Article("Added", i));
            database.remove("a" + (i + 20));
            live.delete("a" + (i + 20));
        }
    }

    private static Map<String, Article> documents(Publication publication) throws IOException {
        publication.refresh();
        return publication.search(search -> search.size(10_000), Article.class).hits().hits().stream()
                .collect(Collectors.toMap(hit -> String.valueOf(hit.id()), hit -> hit.source()));
    }

    private Process start(RebuildProgress.Phase phase) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledRebuild.class.getName(),
                phase.name()));
        Instance.settings(cluster, Map.of()).forEach((name, value) -> command.add(name + "=" + value));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void await(Process process, String line) throws Exception {
        List<String> said = new ArrayList<>();
        CompletableFuture<Boolean> heard = CompletableFuture.supplyAsync(() -> {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            return out.lines().peek(said::add).anyMatch(line::equals);
        });
        assertThat(heard.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("%s", String.join("\n", said))
                .isTrue();
    }
}
