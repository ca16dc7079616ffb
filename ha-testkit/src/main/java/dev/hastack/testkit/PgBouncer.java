package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * PgBouncer in transaction mode in front of one PostgreSQL server, as a process of this machine. Its program is not part of the
 * testkit: it is looked for on the {@code PATH} and in the folders where distributions put it (Debian's package {@code pgbouncer} has
 * it in {@code /usr/sbin}). Ends with the JVM at the latest. Thread-safe.
 */
public final class PgBouncer implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int LOG_LINES = 40;

    private final int port;
    private final Path folder;
    private final ServerProcess process;

    private PgBouncer(int port, Path folder, ServerProcess process) {
        this.port = port;
        this.folder = folder;
        this.process = process;
    }

    /** The program, if it is installed. */
    public static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "pgbouncer"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts one in front of this node, for the application's role of this cluster, and returns when it listens.
     *
     * @throws IllegalStateException if it is not installed, or does not start
     */
    public static PgBouncer before(PostgresCluster cluster, PostgresNode node) {
        Path program = program()
                .orElseThrow(() -> new IllegalStateException(
                        "pgbouncer is neither on the PATH nor in /usr/sbin; on Debian: apt-get install pgbouncer"));
        int port = Ports.free();
        try {
            Path folder = Files.createTempDirectory(Watchdog.get().folder(), "pgbouncer-");
            PostgresLayout layout = cluster.layout();
            Path users = Files.writeString(
                    folder.resolve("users.txt"), "\"" + layout.username() + "\" \"" + layout.password() + "\"\n");
            Path settings = Files.writeString(folder.resolve("pgbouncer.ini"), """
                    [databases]
                    * = host=127.0.0.1 port=%d
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = %d
                    unix_socket_dir =
                    auth_type = scram-sha-256
                    auth_file = %s
                    pool_mode = transaction
                    max_client_conn = 500
                    default_pool_size = 20
                    server_login_retry = 1
                    ignore_startup_parameters = extra_float_digits,options
                    """.formatted(node.port(), port, users));
            ServerUser.CURRENT.own(folder);
            ServerUser.CURRENT.own(users);
            ServerUser.CURRENT.own(settings);
            Path log = folder.resolve("log");
            ServerProcess process = ServerProcess.start(
                    "pgbouncer", List.of(program.toString(), settings.toString()), folder, log, Map.of());
            Await.until(
                    () -> "pgbouncer listens",
                    START,
                    () -> listens(port) || !process.isAlive(),
                    () -> ServerProcess.tail(log, LOG_LINES));
            if (!process.isAlive()) {
                throw new IllegalStateException("pgbouncer did not start\n" + ServerProcess.tail(log, LOG_LINES));
            }
            return new PgBouncer(port, folder, process);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write pgbouncer's settings", e);
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Ends it and removes its files; further calls do nothing. */
    @Override
    public void close() {
        process.kill();
        try {
            if (Files.exists(folder)) {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }
}
