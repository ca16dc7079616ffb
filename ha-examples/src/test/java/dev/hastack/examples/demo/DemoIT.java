package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hastack.examples.Demo;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole demo, with all its processes. */
class DemoIT {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    // All scenes are ./demo itself, and take minutes.
    void keeps_its_promises_and_notices_an_acknowledged_article_that_was_deleted_behind_its_back(@TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("out.json");
        Stream<String> scenes = Stream.of(Scene.OLD_PRIMARY_RETURNS, Scene.PUBLICATION_BROKEN)
                .flatMap(scene -> Stream.of("--scene", scene.id()));

        int code = run(Stream.concat(scenes, Stream.of("--seconds", "5", "--sabotage", "--json", file.toString()))
                .toArray(String[]::new));

        assertThat(code).as(text(out) + text(err)).isEqualTo(1);
        assertThat(text(out))
                .as(text(err))
                .containsPattern("promise  kept")
                .containsPattern("promise  BROKEN: lost 1 acknowledged article\\(s\\): /publications/\\S+;"
                        + " 1 published article\\(s\\) without a route: /\\S+;"
                        + " 1 published article\\(s\\) that cannot be searched: /\\S+\n");
        List<JsonObject> results = JsonParser.parseString(Files.readString(file)).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
        assertThat(results)
                .as(text(out))
                .extracting(result -> result.get("kept").getAsBoolean())
                .containsExactly(true, false);
        assertThat(results.get(1).get("lost").getAsInt()).isEqualTo(1);
        assertThat(results.get(1).get("unrouted").getAsInt()).isEqualTo(1);
        assertThat(results.get(1).get("unfound").getAsInt()).isEqualTo(1);
    }

    @Test
    void wrong_options_end_with_2_before_anything_starts() {
        assertThat(run("--scene", "flood")).isEqualTo(2);
        assertThat(text(err)).contains("there is no scene \"flood\"", "--help");
        assertThat(text(out)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "KILL"})
    void leaves_no_process_behind_when_it_is_killed(String signal) throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName(),
                        "--seconds",
                        "60")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(lines.lines().anyMatch(line -> line.startsWith("starting 3 editing servers")))
                    .isTrue();
            List<ProcessHandle> processes = awaitPrograms(demo);

            new ProcessBuilder("kill", "-" + signal, Long.toString(demo.pid()))
                    .start()
                    .waitFor();

            assertThat(demo.waitFor(5, TimeUnit.SECONDS)).isTrue();
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            for (ProcessHandle process : processes) {
                process.onExit()
                        .completeOnTimeout(process, end - System.nanoTime(), TimeUnit.NANOSECONDS)
                        .join();
                assertThat(process.isAlive()).as("%s is alive", process.info()).isFalse();
            }
        } finally {
            demo.destroyForcibly();
        }
    }

    /** Kills it in the middle of its start: what it has started last must not be left behind either. */
    private static List<ProcessHandle> awaitPrograms(Process demo) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            List<ProcessHandle> processes = demo.descendants().toList();
            long jvms = processes.stream()
                    .filter(process -> process.info().command().orElse("").endsWith("/java"))
                    .count();
            if (jvms >= 3 + 6) { // Elasticsearch, and the servers; the editors come later
                return processes;
            }
            assertThat(System.nanoTime()).as("only %d JVMs", jvms).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private int run(String... options) {
        return DemoProgram.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                options);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
