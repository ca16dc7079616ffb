package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server as an operating-system process with its children: one that leads a session of its own, so that no signal of
 * the terminal reaches it, and that works below the {@linkplain Watchdog#folder() folder} that ends with the JVM.
 *
 * <p>Signals go to the process and all of its descendants. They are found by parentage, not by process group: each
 * backend of PostgreSQL leads a group of its own.
 */
final class ServerProcess {
    private static final Duration DEATH = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private volatile boolean hung;

    private ServerProcess(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /** Starts a server that gets no input; what it prints is added to {@code log}. */
    static ServerProcess start(
            String name, List<String> command, Path folder, Path log, Map<String, String> environment) {
        return start(name, command, folder, Path.of("/dev/null"), log, environment);
    }

    /** Starts a server that reads {@code input}. */
    static ServerProcess start(
            String name, List<String> command, Path folder, Path input, Path log, Map<String, String> environment) {
        var whole = new ArrayList<>(List.of("setsid"));
        whole.addAll(ServerUser.CURRENT.command(command));
        var builder = new ProcessBuilder(whole)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(input.toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // A developer's own settings (PGPORT, PGDATA, REDIS_..., LANG) must not reach a server under test.
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(environment);
        try {
            return new ServerProcess(name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name + " by " + whole, e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isHung() {
        return hung && isAlive();
    }

    /** Sends a signal to the first process only. */
    void signal(String signal) {
        Watchdog.get().signal(signal, List.of(process.pid()));
    }

    /** SIGKILL to all processes at once; returns when they are gone. */
    void kill() {
        if (!isAlive()) {
            return;
        }
        // Stopped, the first process can fork no further while its children are listed.
        signal("STOP");
        List<Long> family = family();
        Watchdog.get().signal("KILL", family);
        awaitDeath(family);
    }

    /** SIGSTOP to all processes: connections stay open, and nothing answers. */
    void hang() {
        if (isAlive() && !hung) {
            signal("STOP");
            Watchdog.get().signal("STOP", family());
            hung = true;
        }
    }

    /** SIGCONT to all processes. */
    void resume() {
        if (hung) {
            Watchdog.get().signal("CONT", family());
            hung = false;
        }
    }

    /** Asks the server to end by a signal of its own, and returns when it and its children are gone. */
    void stop(String signal) {
        if (isAlive()) {
            List<Long> family = family();
            signal(signal);
            awaitDeath(family);
        }
    }

    private List<Long> family() {
        var family = new ArrayList<>(
                process.toHandle().descendants().map(ProcessHandle::pid).toList());
        family.add(process.pid());
        return family;
    }

    private void awaitDeath(List<Long> family) {
        Await.until(
                () -> "the end of " + name,
                DEATH,
                () -> !process.isAlive() && family.stream().noneMatch(ServerProcess::runs),
                () -> "processes " + family);
    }

    /** Whether a process exists and is no zombie: orphans stay zombies where the first process of a container reaps none. */
    private static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException e) {
            return false;
        }
    }

    /** The last lines of a log, or a word about why there are none. */
    static String tail(Path log, int lines) {
        try {
            List<String> all = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            return "(no log: " + e + ")";
        }
    }
}
