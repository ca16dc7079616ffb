package dev.hastack.testkit;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one folder of this JVM's servers, and the process that removes it, with whatever runs there, once the JVM is gone.
 *
 * <p>The process reads a pipe that only the JVM holds open, so that it wakes even after a SIGKILL; it leads a session
 * of its own, so that a terminal's Ctrl-C does not reach it. It sends signals on behalf of the JVM, too: its
 * {@code kill} is built in, which spares a fork in the middle of a fault.
 *
 * <p>Thread-safe.
 */
final class Watchdog {
    private static final ReentrantLock STARTING = new ReentrantLock();
    private static @Nullable Watchdog instance;

    private final Path folder;

    @SuppressWarnings("unused") // Held, and with it its lock, until the JVM ends: others see that this run is alive.
    private final FileChannel alive;

    private final BufferedWriter commands;
    private final BufferedReader answers;
    private final ReentrantLock lock = new ReentrantLock();

    private Watchdog(Path folder, FileChannel alive, Process process) {
        this.folder = folder;
        this.alive = alive;
        this.commands =
                new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII));
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /** The watchdog of this JVM; the first call starts it, and removes what dead runs left. */
    static Watchdog get() {
        STARTING.lock();
        try {
            if (instance == null) {
                sweep();
                instance = start();
            }
            return instance;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot prepare " + Folders.temporary() + " for servers (-Djava.io.tmpdir names another folder)",
                    e);
        } finally {
            STARTING.unlock();
        }
    }

    /** The folder of this run: what lies here, and every process whose working directory is below, ends with the JVM. */
    Path folder() {
        return folder;
    }

    /** Sends a signal to processes of the servers' user; those that are gone are passed over. */
    void signal(String signal, Collection<Long> pids) {
        lock.lock();
        try {
            commands.write(signal + pids.stream().map(pid -> " " + pid).collect(Collectors.joining()) + "\n");
            commands.flush();
            if (answers.readLine() == null) {
                throw new IOException("no answer");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the testkit's watchdog process is gone; start a new JVM", e);
        } finally {
            lock.unlock();
        }
    }

    private static Watchdog start() throws IOException {
        Path folder = Files.createTempDirectory(
                Folders.temporary(),
                Folders.prefix() + "run-" + ProcessHandle.current().pid() + "-");
        var alive = FileChannel.open(lockFile(folder), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        alive.lock();
        ServerUser.CURRENT.own(folder);
        return new Watchdog(folder, alive, script(folder, ProcessBuilder.Redirect.PIPE));
    }

    private static Process script(Path folder, ProcessBuilder.Redirect input) throws IOException {
        try (InputStream source = Watchdog.class.getResourceAsStream("watchdog.sh")) {
            if (source == null) {
                throw new IOException("watchdog.sh is missing from the jar of ha-testkit");
            }
            var command = new ArrayList<>(List.of("setsid"));
            String script = new String(source.readAllBytes(), StandardCharsets.UTF_8);
            command.addAll(
                    ServerUser.CURRENT.command(List.of("sh", "-c", script, "ha-testkit-watchdog", folder.toString())));
            return new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectInput(input)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }
    }

    /** Runs the script with an empty input, which ends it at once, on the folder of every run whose JVM is dead. */
    private static void sweep() throws IOException {
        var dead = new ArrayList<Path>();
        String own = Folders.prefix() + "run-" + ProcessHandle.current().pid() + "-";
        try (var folders = Files.newDirectoryStream(Folders.temporary(), Folders.prefix() + "run-*")) {
            for (Path folder : folders) {
                // To open and close a lock file of this very process would release its lock.
                if (!folder.getFileName().toString().startsWith(own) && isDead(folder)) {
                    dead.add(folder);
                }
            }
        }
        for (Path folder : dead) {
            try {
                script(folder, ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .waitFor();
                Folders.delete(folder);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private static boolean isDead(Path folder) throws IOException {
        Path file = lockFile(folder);
        if (!Files.exists(file)) {
            // Another JVM may be between creating the folder and locking the file.
            FileTime changed = Files.getLastModifiedTime(folder);
            return changed.toInstant().isBefore(Instant.now().minus(Duration.ofMinutes(1)));
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                var ours = channel.tryLock()) {
            return ours != null;
        }
    }

    private static Path lockFile(Path folder) {
        return folder.resolve("alive");
    }
}
