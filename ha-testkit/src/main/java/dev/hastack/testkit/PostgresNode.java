package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server of a {@link PostgresCluster}, and what may befall it.
 *
 * <p>Faults take effect before the call returns; each may be repeated, and is undone by {@link PostgresCluster#heal()}.
 * The address stays the same for the cluster's life. Thread-safe. Longer than other files here because it is the one place
 * that knows in which state the server is; how data and processes are handled is elsewhere.
 */
public final class PostgresNode {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration CHANGE = Duration.ofSeconds(60);
    private static final int LOG_LINES = 40;
    private static final String SYNCHRONOUS = "synchronous_standby_names";

    private final String id;
    private final PostgresLayout layout;
    private final Path binaries;
    private final Path folder;
    private final PostgresData data;
    private final String superuserPassword;
    private final Optional<ServerTls> tls;
    private final int port = Ports.free();
    private final PostgresAdmin admin;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable ServerProcess process;
    private volatile @Nullable FaultProxy proxy;

    PostgresNode(
            String id,
            PostgresLayout layout,
            Path binaries,
            Path cluster,
            String superuserPassword,
            Optional<ServerTls> tls) {
        this.id = id;
        this.layout = layout;
        this.binaries = binaries;
        this.folder = cluster.resolve(id);
        this.data = new PostgresData(folder);
        this.superuserPassword = superuserPassword;
        this.tls = tls;
        this.admin = new PostgresAdmin(address(), superuserPassword);
        try {
            Files.createDirectory(folder);
            ServerUser.CURRENT.own(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + folder, e);
        }
    }

    /** As in {@code ha.postgres.nodes.<id>}. */
    public String id() {
        return id;
    }

    public int port() {
        return port;
    }

    /** {@code host:port} of the server itself. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** The application's database on this node, without credentials. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + address() + "/" + layout.database();
    }

    /** A proxy in front of this node, started by the first call; {@link PostgresCluster#heal()} heals it as well. */
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

    /** A new connection of the superuser to the application's database, for the caller to close. */
    public Connection superuser() throws SQLException {
        return admin.connect(layout.database());
    }

    /**
     * Runs a statement as the superuser in the database {@code postgres}, on a connection kept for this.
     *
     * @return the first column of the first row as text; null for SQL's null, and where there is no row
     * @throws IllegalStateException if the node is hung or does not run, since it could not answer
     */
    public @Nullable String query(String sql) throws SQLException {
        ServerProcess running = process;
        if (running == null || !running.isAlive() || running.isHung()) {
            throw new IllegalStateException(
                    id + (isRunning() ? " is hung" : " does not run") + " and cannot answer: " + sql);
        }
        return admin.value(sql);
    }

    /** Whether its processes exist; true for a hung node, too. */
    public boolean isRunning() {
        ServerProcess present = process;
        return present != null && present.isAlive();
    }

    /** Whether it is stopped by {@link #hang()}. */
    public boolean isHung() {
        ServerProcess present = process;
        return present != null && present.isHung();
    }

    /** Whether it runs, answers and accepts writes. */
    public boolean isPrimary() {
        return isRunning() && !isHung() && ask("SELECT pg_is_in_recovery()").equals("f");
    }

    /** SIGKILL to all of its processes at once, as by a crash of the machine that the network survives. */
    public void kill() {
        lock.lock();
        try {
            admin.drop();
            ServerProcess present = process;
            if (present != null) {
                present.kill();
            }
        } finally {
            lock.unlock();
        }
    }

    /** SIGSTOP to all of its processes: connections are accepted and stay open, and nothing answers. */
    public void hang() {
        ServerProcess present = process;
        if (present != null) {
            present.hang();
        }
    }

    /** SIGCONT after {@link #hang()}: it goes on as whatever it was, a superseded primary included. */
    public void resume() {
        ServerProcess present = process;
        if (present != null) {
            present.resume();
        }
    }

    /** A fast shutdown: sessions are told (57P01), open transactions rolled back, standbys served to the end. */
    public void stop() {
        lock.lock();
        try {
            resume();
            admin.drop();
            ServerProcess present = process;
            if (present != null) {
                present.stop("INT");
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts it in the role that its files give it — a killed primary comes back as a primary — or resumes it if it is
     * hung, and returns when it accepts connections.
     *
     * @throws IllegalStateException if it does not within 60 s; the message holds the end of its log
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
            } else {
                process = ServerProcess.start(
                        "PostgreSQL " + id,
                        List.of(
                                binaries.resolve("bin/postgres").toString(),
                                "-D",
                                data.folder().toString()),
                        folder,
                        log(),
                        Map.of());
            }
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
                    return data.isReady(started.pid());
                },
                () -> log(LOG_LINES));
    }

    /**
     * Makes a standby a primary of the next timeline, and returns when it accepts writes; nothing happens on a primary.
     * No other node takes part: the former primary may be gone, hung, or go on serving.
     */
    public void promote() {
        if (isPrimary()) {
            return;
        }
        // Its own waiting looks every 100 ms only.
        ask("SELECT pg_promote(false)");
        Await.until(() -> "the promotion of " + id, CHANGE, this::isPrimary, () -> log(LOG_LINES));
    }

    /** Stops a standby from applying what it receives, which makes it lag. */
    public void pauseReplay() {
        ask("SELECT pg_wal_replay_pause()");
        Await.until(
                () -> "the pause of replay on " + id,
                CHANGE,
                () -> ask("SELECT pg_get_wal_replay_pause_state()").equals("paused"),
                () -> log(LOG_LINES));
    }

    public void resumeReplay() {
        ask("SELECT pg_wal_replay_resume()");
    }

    /** Cuts a standby from its primary: what it has received it applies, and nothing more arrives. */
    public void cutReplication() {
        setUpstream("");
        Await.until(
                () -> "the end of streaming to " + id,
                CHANGE,
                () -> ask("SELECT count(*) FROM pg_stat_wal_receiver").equals("0"),
                () -> log(LOG_LINES));
    }

    /**
     * Commits wait for no standby any more, as after an operator's ALTER SYSTEM; {@link PostgresCluster#heal()} undoes it.
     * A running node is told at once and takes it within moments, a hung one as it wakes, one that does not run at its start.
     */
    public void commitAlone() {
        lock.lock();
        try {
            data.alter(SYNCHRONOUS, "");
            ServerProcess present = process;
            if (present != null && present.isAlive()) {
                present.signal("HUP");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Undoes {@link #commitAlone()} on a primary. */
    void commitAsConfigured() {
        ask("ALTER SYSTEM RESET " + SYNCHRONOUS);
        ask("SELECT pg_reload_conf()");
    }

    /**
     * Makes a standby stream from another node, and returns when it does. A node that does not run gets to follow at
     * its next start.
     *
     * @throws IllegalStateException if it is a primary, or does not stream within 60 s, as when its own history has gone
     *     past the point where that of {@code primary} branched off: {@link #rejoin} instead
     */
    public void follow(PostgresNode primary) {
        lock.lock();
        try {
            if (!isRunning()) {
                data.follow(primary.upstream(id));
                return;
            }
            if (isPrimary()) {
                throw new IllegalStateException(
                        id + " is a primary and cannot follow " + primary.id + ": rejoin(" + primary.id + ")");
            }
            pointAt(primary);
            awaitStreaming(primary);
        } finally {
            lock.unlock();
        }
    }

    void pointAt(PostgresNode primary) {
        setUpstream(primary.upstream(id));
    }

    /**
     * Gives up this node's data for a fresh base backup of {@code primary}, and returns when this node streams from it:
     * the way back for a superseded primary.
     */
    public void rejoin(PostgresNode primary) {
        if (primary == this) {
            throw new IllegalArgumentException(id + " cannot rejoin itself");
        }
        lock.lock();
        try {
            kill();
            data.copyRunning(primary.data, primary.admin);
            configure(primary);
            start();
            awaitStreaming(primary);
        } finally {
            lock.unlock();
        }
    }

    /** The last lines of its log. */
    public String log(int lines) {
        return ServerProcess.tail(log(), lines);
    }

    private Path log() {
        return folder.resolve("log");
    }

    /** Takes over the stopped {@code source}'s files, as a standby of {@code primary} or, if null, as a primary. */
    void cloneStopped(PostgresNode source, @Nullable PostgresNode primary) {
        if (source != this) {
            kill();
            data.copyStopped(source.data);
        }
        configure(primary);
    }

    private void configure(@Nullable PostgresNode primary) {
        data.configure(settings(), tls.map(with -> layout.username()), primary == null ? null : primary.upstream(id));
    }

    void create() {
        data.create(binaries, superuserPassword, settings());
        configure(null);
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

    void removeData() {
        data.clear();
    }

    /** {@code id=host:port}. */
    @Override
    public String toString() {
        return id + "=" + address();
    }

    boolean streamsFrom(PostgresNode primary) {
        return ask("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = "
                        + primary.port)
                .equals("1");
    }

    /** An answer that is never null, where a failure is the test's failure. */
    String ask(String sql) {
        try {
            String answer = query(sql);
            return answer == null ? "" : answer;
        } catch (SQLException e) {
            throw new IllegalStateException(id + " failed: " + sql + "\n" + log(LOG_LINES), e);
        }
    }

    private void awaitStreaming(PostgresNode primary) {
        Await.until(
                () -> "streaming from " + primary.id + " to " + id,
                CHANGE,
                () -> streamsFrom(primary),
                () -> log(LOG_LINES));
    }

    private void setUpstream(String upstream) {
        ask("ALTER SYSTEM SET primary_conninfo = " + PostgresData.quoted(upstream));
        ask("SELECT pg_reload_conf()");
    }

    private String upstream(String standby) {
        return "host=127.0.0.1 port=" + port + " user=" + PostgresAdmin.SUPERUSER + " password=" + superuserPassword
                + " application_name=" + standby + " sslmode=disable gssencmode=disable";
    }

    private Map<String, String> settings() {
        var settings = new TreeMap<String, String>();
        settings.put("max_connections", "300");
        // What was written outlives a killed process; only the machine's own crash needs more, and that ends the test
        // too.
        settings.put("fsync", "off");
        settings.put("shared_buffers", "64MB");
        settings.put("wal_keep_size", "1GB"); // No slots: a standby that is away for long is rebuilt instead.
        settings.put("wal_retrieve_retry_interval", "50ms");
        settings.put("wal_receiver_status_interval", "1s");
        settings.put("dynamic_shared_memory_type", "mmap"); // In the data folder, so that it ends with that.
        settings.put("log_line_prefix", "%m [%p] %a ");
        tls.ifPresent(with -> settings.putAll(Map.of(
                "ssl", "on",
                "ssl_key_file", with.key().toString(),
                "ssl_cert_file", with.certificate().toString())));
        settings.putAll(layout.settings());
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", "");
        // Only where the layout has the primary: a promoted standby must not wait for itself.
        if (id.equals(layout.nodes().get(0))) {
            layout.synchronous().ifPresent(node -> settings.put(SYNCHRONOUS, "FIRST 1 (\"" + node + "\")"));
        }
        return settings;
    }
}
