package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody writes on purpose: it ends, soon, and in a report. */
@Timeout(600)
class LoaderLimitsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"106752d", "999999999999d", "3651d", "92233720368547759ms"})
    void no_duration_is_longer_than_can_be_counted_in_nanoseconds(String duration) {
        assertThat(Minimal.faults("ha.postgres.writes.wait", duration))
                .containsExactly("ha.postgres.writes.wait = \"" + duration + "\" (program): expected "
                        + (duration.matches("\\d{13,}ms")
                                ? "a duration: a whole number and ms, s, m, h or d"
                                : "at most 3650d"));
        assertThat(Minimal.postgres("ha.postgres.writes.wait", "3650d").writes().maxWait())
                .hasDays(3650);
    }

    @Test
    void a_program_that_makes_a_record_itself_is_held_to_that_too() {
        assertThatThrownBy(() -> new RedisConfig.Writes(java.time.Duration.ofDays(200_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wait: expected at most 3650d");
    }

    @Test
    void what_drivers_count_in_an_int_of_milliseconds_fits_in() {
        for (String key : List.of(
                "ha.postgres.connect-timeout", "ha.redis.connect-timeout", "ha.elasticsearch.connect-timeout")) {
            assertThat(Minimal.faults(
                            key,
                            "30d",
                            "ha.redis.nodes.a.address",
                            "a",
                            "ha.elasticsearch.nodes.a.address",
                            "http://a",
                            "ha.elasticsearch.index-prefix",
                            "x"))
                    .containsExactly(key + " = \"30d\" (program): expected at most 1d");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://es:0", "http://es:65536", "https://es:99999"})
    void a_port_of_Elasticsearch_is_one(String address) {
        assertThat(Minimal.faults("ha.elasticsearch.nodes.es.address", address, "ha.elasticsearch.index-prefix", "x"))
                .containsExactly("ha.elasticsearch.nodes.es.address = \"" + address
                        + "\" (program): expected a port from 1 to 65535");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "...",
                "a..b",
                "-a",
                "a-",
                ".a",
                "1.2.3",
                "999.1.1.1",
                "1.2.3.4.5",
                "12345",
                "[:::]",
                "[1:2]",
                "[12345::]"
            })
    void nonsense_is_no_host(String host) {
        assertThat(Minimal.faults("ha.postgres.nodes.main.address", host + ":5432"))
                .containsExactly(
                        "ha.postgres.nodes.main.address = \"" + host
                                + ":5432\" (program): expected a host: its name, an IPv4 address, or an IPv6 address in brackets");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.b.",
                "pg-1.internal",
                "_srv.pg_1",
                "1a.b",
                "10.0.0.1",
                "255.255.255.255",
                "[::1]",
                "[2001:db8::1]",
                "[fe80::1%eth0]",
                "xn--bcher-kva.example"
            })
    void a_host_is_one(String host) {
        assertThat(Minimal.postgres("ha.postgres.nodes.main.address", host + ":5432")
                        .nodes())
                .hasEntrySatisfying("main", node -> assertThat(node.address()).hasToString(host + ":5432"));
    }

    @Test
    void a_long_name_that_is_none_is_told_at_once() {
        assertThat(Minimal.faults("ha.postgres.nodes.main.address", "a".repeat(250) + "-"))
                .hasSize(1);
    }

    @Test
    void a_file_that_is_trusted_has_to_be_there_and_to_hold_certificates() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        Path garbage = Files.writeString(
                directory.resolve("garbage.pem"), "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
        for (String store : List.of("postgres", "redis", "elasticsearch")) {
            String key = "ha." + store + ".tls.trust-certificates";
            Map<String, String> settings = Minimal.with(
                    "ha.redis.nodes.a.address",
                    "a",
                    "ha.elasticsearch.nodes.a.address",
                    "https://a",
                    "ha.elasticsearch.index-prefix",
                    "x",
                    "ha." + store + ".tls.enabled",
                    "true");
            for (Map.Entry<String, String> each : Map.of(
                            "/nowhere/ca.pem",
                            "expected a readable file: there is none",
                            empty.toString(),
                            "expected certificates in PEM, and there is none in the file",
                            garbage.toString(),
                            "expected certificates in PEM")
                    .entrySet()) {
                settings.put(key, each.getKey());
                assertThat(Minimal.faults(ConfigLoader.bare().with(settings)))
                        .containsExactly(key + " = \"" + each.getKey() + "\" (program): " + each.getValue());
            }
        }
    }

    @Test
    void a_key_has_to_be_one_that_can_be_read_without_a_password() throws IOException {
        for (String kind : List.of("ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "CERTIFICATE")) {
            Path key = Files.writeString(directory.resolve("key.pem"), "-----BEGIN " + kind + "-----\n");
            assertThat(Minimal.faults(
                            "ha.redis.nodes.a.address", "a",
                            "ha.redis.tls.enabled", "true",
                            "ha.redis.tls.certificate", "/nowhere/cert.pem",
                            "ha.redis.tls.key", key.toString()))
                    .anySatisfy(fault -> assertThat(fault)
                            .startsWith(
                                    "ha.redis.tls.key = \"" + key + "\" (program): expected a key in PEM, of PKCS#8"));
        }
    }

    @Test
    void the_certificates_of_another_stack_need_not_be_there() {
        assertThat(Minimal.faults(
                        "ha.redis.nodes.a.address", "a",
                        "ha.redis.tls.enabled", "true",
                        "ha.stacks.delivery.redis.tls.trust-certificates", "/nowhere/ca.pem"))
                .isEmpty();
    }

    @Test
    void a_pipe_is_not_waited_for() throws Exception {
        Path pipe = directory.resolve("pipe");
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0, "this system has pipes");

        assertThat(Minimal.faults("ha.postgres.password-file", pipe.toString()))
                .containsExactly("ha.postgres.password-file = \"" + pipe
                        + "\" (program): expected a readable file: it is a pipe, a device or the like");
        assertThat(Minimal.faults(ConfigLoader.bare().with(Minimal.with()).file(pipe)))
                .containsExactly(pipe + ": expected a readable file: it is a pipe, a device or the like");
    }

    @Test
    void a_file_of_gigabytes_is_read_up_to_its_limit() throws IOException {
        Path huge = directory.resolve("huge");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(8L << 30); // Sparse: no disk has to hold it.
        }
        assertThat(Minimal.faults("ha.postgres.password-file", huge.toString()))
                .singleElement()
                .asString()
                .endsWith("expected a readable file: it is larger than 64KiB");
        assertThat(Minimal.faults(ConfigLoader.bare().with(Minimal.with()).file(huge)))
                .containsExactly(huge + ": expected a readable file: it is larger than 1MiB");
    }

    @Test
    void what_is_wrong_with_a_file_is_said_in_words() {
        assertThat(Minimal.faults("ha.postgres.password-file", directory.toString()))
                .singleElement()
                .asString()
                .endsWith("expected a readable file: it is a directory");
        assertThat(Minimal.faults("ha.postgres.password-file", "a\u0000b"))
                .singleElement()
                .asString()
                .endsWith("expected a path");
    }

    @Test
    void placeholders_are_resolved_to_a_depth_and_a_length() {
        String nested = "${X:".repeat(20_000) + "}".repeat(20_000);
        assertThat(Minimal.faults("ha.service", nested))
                .singleElement()
                .asString()
                .endsWith("expected at most 32 placeholders within one another");

        Map<String, String> chain = Minimal.with();
        for (int i = 0; i < 5_000; i++) {
            chain.put(
                    "ha.elasticsearch.publications.p" + i + ".mapping",
                    "${ha.elasticsearch.publications.p" + (i + 1) + ".mapping}");
        }
        assertThat(Minimal.faults(ConfigLoader.bare().with(chain)).toString())
                .contains("expected at most 32 placeholders");

        for (String last : List.of("", "x".repeat(1_000))) {
            Map<String, String> doubling = Minimal.with();
            for (int i = 0; i < 30; i++) {
                String next = "${ha.elasticsearch.publications.p" + (i + 1) + ".mapping}";
                doubling.put("ha.elasticsearch.publications.p" + i + ".mapping", next + next);
            }
            doubling.put("ha.elasticsearch.publications.p30.mapping", last);
            assertThat(Minimal.faults(ConfigLoader.bare().with(doubling))).isNotEmpty();
        }
    }

    @Test
    void a_thousand_typos_are_told_each_with_what_was_meant() {
        assertThat(typos(1_000))
                .hasSize(1_000)
                .allMatch(fault -> fault.contains("did you mean ha.postgres.nodes.node-"))
                .last()
                .asString()
                .endsWith("unknown key; did you mean ha.postgres.nodes.node-999.stack?");
    }

    /** Four times as many take four times as long; sixteen times, if each were compared with all that the others have. */
    @Test
    void the_work_of_typos_grows_with_their_number_and_not_with_its_square() {
        cpuTime(250); // Warm: what is compiled on the way is not of their number.
        long few = cpuTime(250);
        long many = cpuTime(1_000);

        assertThat((double) many / few).isLessThan(8);
    }

    /** The least of several, which whatever else runs has added least to. */
    private static long cpuTime(int typos) {
        ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
        return LongStream.range(0, 5)
                .map(i -> {
                    long from = cpu.getCurrentThreadCpuTime();
                    assertThat(typos(typos)).hasSize(typos);
                    return cpu.getCurrentThreadCpuTime() - from;
                })
                .min()
                .orElseThrow();
    }

    private static List<String> typos(int count) {
        Map<String, String> settings = Minimal.with();
        for (int i = 0; i < count; i++) {
            settings.put("ha.postgres.nodes.node-" + i + ".address", "pg-" + i);
            settings.put("ha.postgres.nodes.node-" + i + ".stak", "delivery");
        }
        return Minimal.faults(ConfigLoader.bare().with(settings));
    }

    @Test
    void what_is_null_is_a_fault() {
        Map<String, String> settings = new LinkedHashMap<>(Minimal.with());
        settings.put("ha.service", null);
        settings.put(null, "x");
        assertThat(Minimal.faults(ConfigLoader.bare().with(settings)))
                .containsExactly(
                        "ha.service (program): expected a value, and it is null",
                        "null: expected a key, and it is null (program)");

        Map<String, String> environment = new HashMap<>();
        environment.put("HA_SERVICE", null);
        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with())
                        .environment(environment)
                        .systemProperties(environment)))
                .hasSize(2);
        assertThatThrownBy(() -> ConfigSource.of("framework", settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("framework: expected no ");
    }

    @Test
    void a_key_with_a_broken_escape_is_not_dropped() throws IOException {
        for (String key : List.of("ha.postgres.writ\\u00zable", "h\\u006", "\\u12", "ha.\\u0070ostgres\\u")) {
            Path file = Files.writeString(directory.resolve("broken.properties"), "# first\n" + key + "=false\n");
            assertThat(Minimal.faults(ConfigLoader.bare().with(Minimal.with()).file(file)))
                    .singleElement()
                    .asString()
                    .contains("broken.properties:2")
                    .endsWith("expected four hexadecimal digits after \\u in the key");
        }
        Path others = Files.writeString(directory.resolve("others.properties"), "spring.x\\u1=y\n");
        assertThat(Minimal.faults(ConfigLoader.bare().with(Minimal.with()).file(others)))
                .isEmpty();
    }

    @Test
    void an_element_has_one_number() {
        String nodes = "ha.redis.sentinel.nodes";
        assertThat(Minimal.faults("ha.redis.sentinel.master", "m", nodes + "[0]", "a", nodes + "[00]", "b"))
                .singleElement()
                .asString()
                .startsWith(nodes + "[00] (program): unknown key");
    }

    @Test
    void a_mark_at_the_beginning_is_no_part_of_a_password() throws IOException {
        Path file = Files.write(directory.resolve("windows"), "\uFEFFs3cret\r\n".getBytes(StandardCharsets.UTF_8));

        assertThat(Minimal.postgres("ha.postgres.password-file", file.toString())
                        .password())
                .contains(Secret.of("s3cret"));
    }
}
