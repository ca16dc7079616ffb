package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole demo, with all its processes. */
@Tag("slow")
class DemoIT {
    /** A JVM that has just been started looks after its parent once it runs, which takes its time on a busy machine. */
    private static final Duration TO_END = Duration.ofSeconds(60);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    // All scenes are ./demo itself, and take minutes.
    void an_acknowledged_article_that_is_deleted_behind_its_back_breaks_its_promise_and_is_the_only_one_lost(
            @TempDir Path folder) throws Exception {
        Path file = folder.resolve("out.json");

        int code = run(
                "--scene", Scene.OLD_PRIMARY_RETURNS.id(), "--seconds", "3", "--sabotage", "--json", file.toString());

        assertThat(code).as(text(out) + text(err)).isEqualTo(1);
        assertThat(text(out))
                .as(text(err))
                .containsPattern("promise  BROKEN: lost 1 acknowledged article\\(s\\): /publications/\\S+;"
                        + " 1 published article\\(s\\) without a route: /\\S+;"
                        + " 1 published article\\(s\\) that cannot be searched: /\\S+");
        JsonObject result = JsonParser.parseString(Files.readString(file))
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertThat(result.get("kept").getAsBoolean()).as(text(out)).isFalse();
        assertThat(result.get("lost").getAsInt()).isEqualTo(1);
        assertThat(result.get("unrouted").getAsInt()).isEqualTo(1);
        assertThat(result.get("unfound").getAsInt()).isEqualTo(1);
    }

    @Test
    void wrong_options_end_with_2_before_anything_starts() {
        assertThat(run("--scene", "flood")).isEqualTo(2);
        assertThat(text(err)).contains("there is no scene \"flood\"", "--help");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void lists_the_scenes_without_starting_anything() {
        assertThat(run("--list")).isZero();
        assertThat(text(out).lines()).hasSize(Scene.values().length);
        assertThat(text(err)).isEmpty();
    }

    @ParameterizedTest
    // When Elasticsearch has its processes, and when all servers have; the editors come later. TERM is to a JVM what
    // INT is, which whatever a shell starts in its background ignores.
    @CsvSource({"TERM, 3", "KILL, 9"})
    void leaves_no_process_behind_when_it_is_killed_in_the_middle_of_its_start(String signal, int jvms)
            throws Exception {
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
            assertThat(lines.lines().anyMatch(line -> line.contains("Each is a process of its own")))
                    .isTrue();
            List<ProcessHandle> processes = awaitPrograms(demo, jvms);

            new ProcessBuilder("kill", "-" + signal, Long.toString(demo.pid()))
                    .start()
                    .waitFor();

            assertThat(demo.waitFor(TO_END.toSeconds(), TimeUnit.SECONDS)).isTrue();
            long end = System.nanoTime() + TO_END.toNanos();
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

    /** What was started last must not be left behind either. */
    private static List<ProcessHandle> awaitPrograms(Process demo, int wanted) throws InterruptedException {
        Deadline deadline = new Deadline(Duration.ofMinutes(2), Duration.ofMillis(2));
        while (true) {
            List<ProcessHandle> processes = demo.descendants().toList();
            long jvms = processes.stream()
                    .filter(process -> process.info().command().orElse("").endsWith("/java"))
                    .count();
            if (jvms >= wanted) {
                return processes;
            }
            deadline.pause("only " + jvms + " JVMs run");
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
