package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
    @TempDir
    Path directory;

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static String service(ConfigLoader loader) {
        return loader.load().service();
    }

    @Test
    void the_later_source_wins() throws IOException {
        write("application.properties", "ha.service=application\nspring.name=x");
        Path one = write("one.properties", "ha.service=one");
        Path two = write("two.properties", "ha.service=two");

        try (URLClassLoader classPath =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, null)) {
            ConfigLoader loader = ConfigLoader.of(List.of(classPath));
            assertThat(service(loader)).isEqualTo("application");
            write("ha-stack.properties", "ha.service=stack");
            assertThat(service(loader)).isEqualTo("stack");
            write("ha-stack.properties", "ha.service=stack\nha.config.files=" + one);
            assertThat(service(loader)).isEqualTo("one");
            loader.environment(Map.of("HA_CONFIG_FILES", one + "," + two));
            assertThat(service(loader)).isEqualTo("two");
            loader.environment(Map.of("HA_CONFIG_FILES", one + "," + two, "HA_SERVICE", "environment"));
            assertThat(service(loader)).isEqualTo("environment");
            loader.systemProperties(Map.of("ha.service", "system"));
            assertThat(service(loader)).isEqualTo("system");
            loader.source(ConfigSource.of("framework", Map.of("ha.service", "framework")));
            assertThat(service(loader)).isEqualTo("framework");
            loader.with(Map.of("ha.service", "program"));
            assertThat(service(loader)).isEqualTo("program");
        }
    }

    @Test
    void the_class_path_of_the_thread_is_searched() throws IOException {
        write("ha-stack.properties", "ha.service=thread");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader classPath =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, null)) {
            thread.setContextClassLoader(classPath);
            assertThat(StackConfig.load().service()).isEqualTo("thread");
            assertThat(StackConfig.load(Map.of("ha.service", "program")).service())
                    .isEqualTo("program");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void a_file_that_does_not_exist_is_a_fault() {
        Path missing = directory.resolve("missing.properties");

        assertThat(Minimal.faults(ConfigLoader.bare().environment(Map.of("HA_CONFIG_FILES", missing.toString()))))
                .containsExactly(
                        "ha.config.files = \"%s\" (environment variable HA_CONFIG_FILES): it names %s: expected a readable file: there is none"
                                .formatted(missing, missing));
        assertThat(Minimal.faults(ConfigLoader.bare().file(missing)))
                .containsExactly(missing + ": expected a readable file: there is none");
    }

    @Test
    void a_file_of_another_format_is_a_fault() {
        assertThat(Minimal.faults(ConfigLoader.bare().file(Path.of("application.yml"))))
                .containsExactly("application.yml: expected a file in the format of .properties");
    }

    @Test
    void a_file_that_is_not_in_UTF_8_is_a_fault() throws IOException {
        Path file = Files.write(
                directory.resolve("latin.properties"), "ha.service=größe".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(Minimal.faults(ConfigLoader.bare().file(file)))
                .containsExactly(file + ": expected a readable file: it is not in UTF-8");
    }

    @Test
    void a_file_in_UTF_16_is_a_fault_though_nothing_in_it_says_so() throws IOException {
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            Path file = Files.write(directory.resolve("notepad.properties"), "ha.stack=delivery\n".getBytes(charset));

            assertThat(Minimal.faults(ConfigLoader.bare().file(file)))
                    .containsExactly(
                            file
                                    + ": expected a readable file: it is not in UTF-8, since it holds NUL bytes; save it as UTF-8");
            assertThat(Minimal.faults("ha.postgres.password-file", file.toString()))
                    .singleElement()
                    .asString()
                    .contains("it is not in UTF-8, since it holds NUL bytes");
        }
    }

    @Test
    void a_byte_order_mark_is_no_part_of_the_first_key() throws IOException {
        assertThat(service(ConfigLoader.bare().file(write("windows.properties", "\uFEFFha.service=größe\r\n"))))
                .isEqualTo("größe");
    }

    @Test
    void a_file_cannot_name_further_files() throws IOException {
        Path file = write("stack.properties", "ha.config.files=other.properties");

        assertThat(Minimal.faults(ConfigLoader.bare().file(file)))
                .containsExactly("ha.config.files = \"other.properties\" (" + file
                        + ":1): expected outside of the files that it names: in the environment, say");
    }

    @Test
    void a_list_is_one_value_or_one_key_for_each() {
        String nodes = "ha.redis.sentinel.nodes";
        RedisConfig byComma = StackConfig.of(Map.of("ha.redis.sentinel.master", "m", nodes, "a, b:1"))
                .redis()
                .orElseThrow();
        RedisConfig byIndex = StackConfig.of(
                        Map.of("ha.redis.sentinel.master", "m", nodes + "[0]", "a", nodes + "[1]", "b:1"))
                .redis()
                .orElseThrow();

        assertThat(byComma).isEqualTo(byIndex);
        assertThat(Minimal.faults("ha.redis.sentinel.master", "m", nodes, "a", nodes + "[0]", "a"))
                .containsExactly(nodes + " (program): expected either this or " + nodes + "[0] (program)");
        assertThat(Minimal.faults("ha.redis.sentinel.master", "m", nodes + "[0]", "a", nodes + "[2]", "b"))
                .containsExactly(nodes + "[0] (program): expected [0], [1] and so on without a gap, in one source");
        assertThat(Minimal.faults("ha.redis.sentinel.master", "m", nodes, "a,,b"))
                .containsExactly(nodes + " = \"a,,b\" (program): expected something between two commas");
    }
}
