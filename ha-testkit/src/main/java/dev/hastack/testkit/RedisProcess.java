package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One process of redis-server, a node or a Sentinel, and what may befall any such.
 *
 * <p>Faults take effect before the call returns; each may be repeated, and is undone by {@link StoreCluster#heal()}. The
 * address stays the same for the life of the cluster. Thread-safe.
 */
public abstract sealed class RedisProcess permits RedisNode, RedisSentinel {
    private static final Duration START = Duration.ofSeconds(60);
    static final Duration CHANGE = Duration.ofSeconds(60);
    static final int LOG_LINES = 40;

    private final String id;
    private final RedisSetup setup;
    private final List<String> command;
    private final Path folder;
    private final int port = Ports.free();
    private final RespClient client;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable ServerProcess process;
    private volatile @Nullable FaultProxy proxy;

    RedisProcess(String id, RedisSetup setup, List<String> options) {
        this.id = id;
        this.setup = setup;
        this.folder = setup.folder().resolve(id);
        this.client = setup.client(port, options.contains("--sentinel"));
        this.command = new ArrayList<>(List.of(setup.program().toString(), file().toString()));
        this.command.addAll(options);
        try {
            Files.createDirectory(folder);
            ServerUser.CURRENT.own(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder, e);
        }
    }

    public final String id() {
        return id;
    }

    public final int port() {
        return port;
    }

    /** {@code host:port} of the process itself; the host is 127.0.0.1, by which Sentinels and nodes name each other too. */
    public final String address() {
        return "127.0.0.1:" + port;
    }

    /** A proxy in front of this process, started by the first call; healing heals it as well. */
    public final FaultProxy proxied() {
        lock.lock();
        try {
            FaultProxy present = proxy;
            if (present == null) {
                present = FaultProxy.to("127.0.0.1", port);
                proxy = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a command as a user who may do everything, on a connection kept for this, and waits 10 s for the answer.
     *
     * @return a String, a Long, a List of such, or null; an error inside of a list is an exception as its element
     * @throws IllegalStateException if the answer is an error, which is then the message; or if the process is hung or
     *     does not run, since it could not answer
     * @throws UncheckedIOException if the connection fails
     */
    public final @Nullable Object command(String... command) {
        ServerProcess running = process;
        if (running == null || !running.isAlive() || running.isHung()) {
            throw new IllegalStateException(id + (isRunning() ? " is hung" : " does not run") + " and cannot answer: "
                    + String.join(" ", command));
        }
        return client.command(List.of(command));
    }

    /** Whether the process exists; true for a hung one, too. */
    public final boolean isRunning() {
        ServerProcess present = process;
        return present != null && present.isAlive();
    }

    /** Whether it is stopped by {@link #hang()}. */
    public final boolean isHung() {
        ServerProcess present = process;
        return present != null && present.isHung();
    }

    /** SIGKILL, as by a crash of the machine that the network survives. */
    public final void kill() {
        lock.lock();
        try {
            client.drop();
            ServerProcess present = process;
            if (present != null) {
                present.kill();
            }
        } finally {
            lock.unlock();
        }
    }

    /** SIGSTOP: connections are accepted and stay open, and nothing answers. */
    public final void hang() {
        ServerProcess present = process;
        if (present != null) {
            present.hang();
        }
    }

    /** SIGCONT after {@link #hang()}: it goes on as whatever it was, a superseded primary included. */
    public final void resume() {
        ServerProcess present = process;
        if (present != null) {
            present.resume();
        }
    }

    /** SIGTERM, and for a node with the same effect as SHUTDOWN NOSAVE: clients see connections closed in order. */
    public final void stop() {
        lock.lock();
        try {
            resume();
            client.drop();
            ServerProcess present = process;
            if (present != null) {
                present.stop("TERM");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts it as what its configuration file says, which Redis itself keeps up to date; or resumes it if it is hung.
     * Returns when it answers, be it that it is loading. A node starts empty, unless
     * the layout has {@code appendonly yes}.
     *
     * @throws IllegalStateException if it does not within 60 s; the message holds the end of its log
     */
    public final void start() {
        launch();
        awaitReady();
    }

    final void launch() {
        lock.lock();
        try {
            if (isRunning()) {
                resume();
            } else {
                prepare();
                process = ServerProcess.start("Redis " + id, command, folder, logFile(), Map.of());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called before each start, with the process gone. */
    abstract void prepare();

    final void awaitReady() {
        ServerProcess started = process;
        if (started == null) {
            throw new IllegalStateException(id + " has not been started");
        }
        Await.until(
                () -> "the start of " + id,
                START,
                () -> {
                    if (!started.isAlive()) {
                        throw new IllegalStateException(id + " ended while starting\n" + log(LOG_LINES));
                    }
                    return answers();
                },
                () -> log(LOG_LINES));
    }

    private boolean answers() {
        try {
            client.command(List.of("PING"));
            return true;
        } catch (RespClient.ErrorReply e) {
            return true; // LOADING, or MASTERDOWN.
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** The last lines of its log. */
    public final String log(int lines) {
        return ServerProcess.tail(logFile(), lines);
    }

    private Path logFile() {
        return folder.resolve("log");
    }

    static String logs(Stream<? extends RedisProcess> processes, int lines) {
        return processes
                .map(process ->
                        "== log of " + process.id() + " (" + process.address() + ")\n" + process.log(lines) + "\n")
                .collect(Collectors.joining());
    }

    final RedisSetup setup() {
        return setup;
    }

    final Path folder() {
        return folder;
    }

    /** The configuration file, which Redis rewrites. */
    final Path file() {
        return folder.resolve("redis.conf");
    }

    final void write(List<String> configuration) {
        try {
            Files.write(file(), configuration);
            ServerUser.CURRENT.own(file());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file(), e);
        }
    }

    /** The rest of the first line of the configuration file that begins so, or an empty text. */
    final String written(String beginning) {
        if (!Files.exists(file())) {
            return "";
        }
        try (var lines = Files.lines(file())) {
            return lines.filter(line -> line.startsWith(beginning))
                    .findFirst()
                    .map(line -> line.substring(beginning.length()).strip())
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file(), e);
        }
    }

    final void healProxy() {
        FaultProxy present = proxy;
        if (present != null) {
            present.heal();
        }
    }

    final void close() {
        FaultProxy present = proxy;
        if (present != null) {
            present.close();
        }
        kill();
    }

    /** {@code id=host:port}. */
    @Override
    public String toString() {
        return id + "=" + address();
    }
}
