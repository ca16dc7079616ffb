package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file for every service of both stacks, as the documentation shows it. */
class SharedFileTest {
    @TempDir
    Path directory;

    private Path shared = Path.of("");
    private Path password = Path.of("");

    @BeforeEach
    void write() throws Exception {
        URI example = Objects.requireNonNull(SharedFileTest.class.getResource("stack.properties"))
                .toURI();
        shared = Files.copy(Path.of(example), directory.resolve("stack.properties"));
        password = Files.writeString(directory.resolve("postgres"), "s3cret\n");
    }

    private StackConfig load(String stack) {
        return ConfigLoader.bare()
                .file(shared)
                .environment(Map.of(
                        "HA_STACK", stack, "HA_SERVICE", "server", "HA_POSTGRES_PASSWORD_FILE", password.toString()))
                .load();
    }

    @Test
    void the_whole_example_loads_though_only_one_store_is_used() throws URISyntaxException {
        StackConfig config = load("editing");

        assertThat(config.stack()).contains("editing");
        assertThat(config.service()).isEqualTo("server");
        PostgresConfig postgres = config.postgres().orElseThrow();
        assertThat(postgres.database()).isEqualTo("cms");
        assertThat(postgres.password()).contains(Secret.of("s3cret"));
        assertThat(postgres.nodes())
                .containsExactly(
                        entry(
                                "main",
                                new PostgresConfig.Node(
                                        new Address("pg-main", 5432), Optional.empty(), Optional.empty())),
                        entry(
                                "standby",
                                new PostgresConfig.Node(
                                        new Address("pg-standby", 5432), Optional.empty(), Optional.empty())),
                        entry(
                                "delivery",
                                new PostgresConfig.Node(
                                        new Address("pg-delivery", 5432), Optional.of("delivery"), Optional.empty())));
        assertThat(postgres.reads().maxLag()).isEqualTo(Duration.ofSeconds(10));
        RedisConfig redis = config.redis().orElseThrow();
        assertThat(redis.keyPrefix()).isEqualTo("cms:");
        assertThat(redis.sentinel().orElseThrow().nodes())
                .containsExactly(new Address("s1", 26379), new Address("s2", 26379), new Address("s3", 26379));
        ElasticsearchConfig elasticsearch = config.elasticsearch().orElseThrow();
        assertThat(elasticsearch.nodes().get("es-1"))
                .isEqualTo(
                        new ElasticsearchConfig.Node(new URI("http://es-1:9200"), Optional.empty(), Optional.empty()));
        assertThat(elasticsearch.publications().get("news"))
                .isEqualTo(new ElasticsearchConfig.Publication(
                        ElasticsearchConfig.Layout.OWN,
                        1,
                        1,
                        Optional.of("classpath:news.json"),
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        1));
    }

    @Test
    void each_stack_gets_what_stands_under_its_name() {
        StackConfig editing = load("editing");
        StackConfig delivery = load("delivery");

        assertThat(editing.postgres().orElseThrow().reads().prefer()).isEqualTo(ReadPreference.PRIMARY);
        assertThat(editing.elasticsearch().orElseThrow().writable()).isTrue();
        assertThat(delivery.postgres().orElseThrow().reads().prefer()).isEqualTo(ReadPreference.REPLICA);
        assertThat(delivery.elasticsearch().orElseThrow().writable()).isFalse();
    }
}
