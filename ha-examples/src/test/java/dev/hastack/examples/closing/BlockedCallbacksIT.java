package dev.hastack.examples.closing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import dev.hastack.testkit.junit.Redis;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code of a program's that never gives a thread back holds up neither the end of its stack nor that of its JVM. */
@Tag("slow")
@HaStackTest(
        postgres = @Postgres(nodes = {"main", "standby"}),
        redis = @Redis(nodes = {"main", "replica"}),
        elasticsearch = @Elasticsearch(nodes = {"es-1"}))
class BlockedCallbacksIT {
    /** As {@code HaStack.close} promises. */
    private static final Duration BOUND = BlockedProgram.DRAIN.plusSeconds(6);

    private static final Pattern CLOSED =
            Pattern.compile("(?m)^(.+): closed (?:true|false) within (\\d+) ms, late (\\d+) ms$");

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final PostgresCluster postgres;
    private final RedisReplication redis;
    private final ElasticsearchCluster elasticsearch;

    BlockedCallbacksIT(PostgresCluster postgres, RedisReplication redis, ElasticsearchCluster elasticsearch) {
        this.postgres = postgres;
        this.redis = redis;
        this.elasticsearch = elasticsearch;
    }

    @Test
    void close_is_bounded_and_the_JVM_exits_with_blocked_code_of_every_kind(@TempDir Path folder) throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3, 0)) {
            closeAll(folder, cluster);
        }
    }

    private void closeAll(Path folder, RedisCluster cluster) throws Exception {
        Path output = folder.resolve("output");
        Process program = new ProcessBuilder(
                        JAVA.toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        BlockedProgram.class.getName(),
                        configuration(folder).toString(),
                        file(folder.resolve("cluster.properties"), cluster.properties())
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean exited = program.waitFor(10, TimeUnit.MINUTES);
            if (!exited) {
                new ProcessBuilder("kill", "-QUIT", Long.toString(program.pid()))
                        .start()
                        .waitFor();
            }

            String said = Files.readString(output);
            assertThat(exited).as("the JVM exits: %s", said).isTrue();
            assertThat(program.exitValue()).as(said).isZero();
            Map<String, Close> closes = closes(said);
            assertThat(closes.keySet()).as(said).isEqualTo(BlockedProgram.CODE.keySet());
            assertThat(closes)
                    .allSatisfy(
                            (code, close) -> assertThat(close.took()).as(code).isLessThan(BOUND.plus(close.late())));
        } finally {
            program.destroyForcibly();
        }
    }

    /** How long it took to close with some code blocked, and by how much the machine woke a sleeping thread up too late meanwhile. */
    private record Close(Duration took, Duration late) {}

    private static Map<String, Close> closes(String said) {
        return CLOSED.matcher(said)
                .results()
                .collect(Collectors.toMap(
                        line -> line.group(1),
                        line -> new Close(
                                Duration.ofMillis(Long.parseLong(line.group(2))),
                                Duration.ofMillis(Long.parseLong(line.group(3))))));
    }

    private Path configuration(Path folder) throws Exception {
        Map<String, String> all = new HashMap<>();
        all.putAll(postgres.properties());
        all.putAll(redis.properties());
        all.putAll(elasticsearch.properties());
        all.put("ha.elasticsearch.defaults.replicas", "0");
        all.put("ha.elasticsearch.defaults.mapping", "classpath:article.json");
        return file(folder.resolve("stack.properties"), all);
    }

    private static Path file(Path file, Map<String, String> settings) throws IOException {
        Properties all = new Properties();
        all.putAll(settings);
        // A busy machine is none of the matter.
        all.setProperty("ha.probe.timeout", "900ms");
        try (Writer writer = Files.newBufferedWriter(file)) {
            all.store(writer, null);
        }
        return file;
    }
}
