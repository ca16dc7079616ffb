package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One node of an {@link ElasticsearchCluster}, and what may befall it.
 *
 * <p>Faults take effect before the call returns; each may be repeated, and is undone by {@link
 * ElasticsearchCluster#heal()}. The address stays the same for the life of the cluster. Thread-safe.
 */
public final class ElasticsearchNode {
    static final Duration START = Duration.ofMinutes(5);
    static final int LOG_LINES = 40;

    private final String id;
    private final ElasticsearchSetup setup;
    private final Path folder;
    private final int port = Ports.free();
    private final ElasticsearchHttp http;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile List<ElasticsearchNode> all = List.of();
    private volatile @Nullable ServerProcess process;
    private volatile @Nullable FaultProxy proxy;

    ElasticsearchNode(String id, ElasticsearchSetup setup) {
        this.id = id;
        this.setup = setup;
        this.folder = setup.folder().resolve(id);
        this.http = setup.http(address().toString());
        try {
            for (Path created : List.of(folder, folder.resolve("data"), indices(), hidden(), temporary())) {
                Files.createDirectory(created);
                ServerUser.CURRENT.own(created);
            }
            // Its output and its own logging go there; the first to open it would else be another user.
            ServerUser.CURRENT.own(Files.createFile(logFile()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder, e);
        }
    }

    /** Said once, before the first start: who makes the cluster, this node included. */
    void among(List<ElasticsearchNode> nodes) {
        all = nodes;
    }

    /** As in {@code ha.elasticsearch.nodes.<id>}; Elasticsearch's own name for the node, too. */
    public String id() {
        return id;
    }

    /** For clients; nodes talk to each other on another one. */
    public int port() {
        return port;
    }

    /** {@code http://127.0.0.1:port}, or https. */
    public URI address() {
        return URI.create(setup.scheme() + "://127.0.0.1:" + port);
    }

    /** A proxy in front of this node, started by the first call; {@link ElasticsearchCluster#heal()} heals it as well. */
    public FaultProxy proxied() {
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

    /** The node's address, through {@link #proxied()}. */
    URI proxiedAddress() {
        return URI.create(setup.scheme() + "://" + proxied().address());
    }

    /**
     * Sends a request, as a user who may do everything, and waits a minute for the answer.
     *
     * @param path with the leading slash, encoded as in a URI
     * @param json what to send; null for no body
     * @return the body of the answer
     * @throws IllegalStateException if the status is 400 or more, with status and body in the message; or if the node is
     *     hung or does not run, since it could not answer
     * @throws UncheckedIOException if there is no answer
     */
    public String request(String method, String path, @Nullable String json) {
        if (!isAnswering()) {
            throw new IllegalStateException(
                    id + (isRunning() ? " is hung" : " does not run") + " and cannot answer: " + method + " " + path);
        }
        return http.send(method, path, json);
    }

    /** Whether it takes this password from this user. */
    boolean knows(String user, String password) {
        try {
            String unused =
                    setup.http(address().toString(), user, password).send("GET", "/_security/_authenticate", null);
            return true;
        } catch (ElasticsearchHttp.ErrorStatus e) {
            return false;
        }
    }

    /** Whether its process exists; true for a hung node, too. */
    public boolean isRunning() {
        ServerProcess present = process;
        return present != null && present.isAlive();
    }

    /** Whether it is stopped by {@link #hang()}. */
    public boolean isHung() {
        ServerProcess present = process;
        return present != null && present.isHung();
    }

    boolean isAnswering() {
        return isRunning() && !isHung();
    }

    /** SIGKILL, as by a crash of the machine that the network survives; what it has stays on disk. */
    public void kill() {
        lock.lock();
        try {
            ServerProcess present = process;
            if (present != null) {
                present.kill();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * SIGSTOP: connections are accepted and stay open, and nothing answers. The others go on without it after four
     * seconds, or about ten if it was the master, unless the layout sets {@code cluster.fault_detection} otherwise.
     */
    public void hang() {
        ServerProcess present = process;
        if (present != null) {
            present.hang();
        }
    }

    /** SIGCONT after {@link #hang()}: it goes on as whatever it was, until the others tell it better. */
    public void resume() {
        ServerProcess present = process;
        if (present != null) {
            present.resume();
        }
    }

    /** SIGTERM: it leaves the cluster and closes in order. */
    public void stop() {
        lock.lock();
        try {
            resume();
            ServerProcess present = process;
            if (present != null) {
                present.stop("TERM");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts it with the data that it had, or resumes it if it is hung. Returns when it answers and has joined the
     * cluster; as long as no majority of the nodes runs there is none to join, and an answer suffices.
     *
     * @throws IllegalStateException if it does not within two minutes; the message holds the end of its log
     */
    public void start() {
        launch();
        awaitReady();
    }

    void launch() {
        lock.lock();
        try {
            if (isRunning()) {
                resume();
                return;
            }
            http.drop();
            Path arguments = folder.resolve("arguments");
            Files.deleteIfExists(arguments);
            Files.createFile(
                    arguments, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(arguments, setup.arguments(id, port, folder).encoded());
            process = ServerProcess.start(
                    "Elasticsearch " + id,
                    setup.command(temporary()),
                    folder,
                    arguments,
                    logFile(),
                    Map.of("LIBFFI_TMPDIR", temporary().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write into " + folder, e);
        } finally {
            lock.unlock();
        }
    }

    void awaitReady() {
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
                    return hasJoined() || (!majorityRuns() && answers());
                },
                () -> log(LOG_LINES));
    }

    private boolean majorityRuns() {
        return all.stream().filter(ElasticsearchNode::isAnswering).count() > all.size() / 2;
    }

    /** Whether it knows a master that knows it: by the master's word, which has applied a join after the node itself. */
    boolean hasJoined() {
        return tells("/_cluster/state/nodes?master_timeout=1s&filter_path=nodes.*.name");
    }

    private boolean answers() {
        return tells("/_nodes/_local?filter_path=nodes.*.name");
    }

    /** Whether its name is in the answer. */
    private boolean tells(String path) {
        try {
            return isAnswering() && http.send("GET", path, null).contains("\"name\":\"" + id + "\"");
        } catch (ElasticsearchHttp.ErrorStatus | UncheckedIOException e) {
            return false; // Not listening yet, or without a master.
        }
    }

    /** The last lines of its log. */
    public String log(int lines) {
        return ServerProcess.tail(logFile(), lines);
    }

    private Path logFile() {
        return folder.resolve("log");
    }

    /** The parent of each index's files, by the index's uuid. */
    Path indices() {
        return folder.resolve("data").resolve("indices");
    }

    /** Where it does not find them. */
    Path hidden() {
        return folder.resolve("hidden");
    }

    private Path temporary() {
        return folder.resolve("tmp");
    }

    void healProxy() {
        FaultProxy present = proxy;
        if (present != null) {
            present.heal();
        }
    }

    void close() {
        FaultProxy present = proxy;
        if (present != null) {
            present.close();
        }
        kill();
    }

    /** {@code id=address}. */
    @Override
    public String toString() {
        return id + "=" + address();
    }
}
