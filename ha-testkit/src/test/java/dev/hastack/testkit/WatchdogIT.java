package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a JVM that dies without a word leaves behind: nothing. */
@Tag("slow")
@Timeout(600)
class WatchdogIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** A JVM with a running cluster, and where it runs. */
    private record Run(Process jvm, Path folder) {
        static Run start() throws IOException {
            Process jvm = ChildJvm.start(
                    ChildJvm.classPathWithoutJUnit()
                            + File.pathSeparator
                            + Path.of("target/classes").toAbsolutePath(),
                    ClusterMain.class.getName());
            var output = new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
            var said = new StringBuilder();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(ClusterMain.READY)) {
                    return new Run(jvm, Path.of(line.substring(ClusterMain.READY.length())));
                }
                said.append(line).append('\n');
            }
            throw new IllegalStateException("the child started no cluster:\n" + said);
        }

        boolean isGone() {
            return !Files.exists(folder) && processes().isEmpty();
        }

        /** Every process that names the folder, as the servers and the watchdog do. */
        List<ProcessHandle> processes() {
            return ProcessHandle.allProcesses()
                    .filter(process -> command(process).contains(folder.toString()))
                    .toList();
        }

        /** The servers' own children, whose titles say nothing. */
        static List<ProcessHandle> descendants(List<ProcessHandle> processes) {
            return processes.stream().flatMap(ProcessHandle::descendants).toList();
        }
    }

    private static String command(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void removes_servers_and_files_when_the_jvm_is_killed() throws Exception {
        Run run = Run.start();
        // A child that was just begotten has its parent's command line, until it takes a title of its own.
        Await.until(
                () -> "two servers and the watchdog",
                LIMIT,
                () -> run.processes().size() == 3,
                () -> "processes: " + run.processes());
        List<ProcessHandle> backends = Run.descendants(run.processes());
        assertThat(backends).as("their children").hasSizeGreaterThan(6);

        run.jvm().destroyForcibly().waitFor();

        Await.until(() -> "the cleaning of " + run.folder(), LIMIT, run::isGone, () -> "left: " + run.processes());
        Await.until(
                () -> "the end of their children",
                LIMIT,
                () -> backends.stream().noneMatch(WatchdogIT::postgresRuns),
                () -> "children: " + backends);
    }

    @Test
    void sweeps_what_a_run_left_whose_watchdog_died_too() throws Exception {
        Run dead = Run.start();
        List<ProcessHandle> servers = dead.processes();
        ProcessHandle watchdog = servers.stream()
                .filter(process -> command(process).contains("ha-testkit-watchdog"))
                .findFirst()
                .orElseThrow();
        watchdog.destroyForcibly();
        watchdog.onExit().get();
        dead.jvm().destroyForcibly().waitFor();
        assertThat(dead.isGone()).isFalse();

        Run next = Run.start();

        assertThat(dead.processes()).isEmpty();
        assertThat(dead.folder()).doesNotExist();
        assertThat(next.folder()).exists();
        next.jvm().getOutputStream().close();
        assertThat(next.jvm().waitFor()).isZero();
        Await.until(() -> "the cleaning of " + next.folder(), LIMIT, next::isGone, () -> "left: " + next.processes());
    }

    private static boolean postgresRuns(ProcessHandle process) {
        return command(process).startsWith("postgres:");
    }
}
