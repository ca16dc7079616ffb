package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.inBackground;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hastack.core.HaStack;
import dev.hastack.core.failure.Outcome;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PgBouncer;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresLayout;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;

/**
 * A firewall forgets connections to a pooler, whose server cannot be asked what it does for them: only the kernel knows, so a real
 * one drops their packets here, between two networks of this machine. PostgreSQL listens on the loopback interface, which is
 * another one in either network, so that a second pooler stands before it.
 */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = "main"))
class PoolerFlowsIT {
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    private static final int POOLER = 6432;
    private static final long LOCK = 4711;

    private final PostgresNode main;
    private final PostgresLayout layout;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final MachineClock clock = new MachineClock();
    private NetworkNamespace network;
    private HaPostgres postgres;

    @TempDir
    private Path folder;

    PoolerFlowsIT(PostgresCluster cluster) {
        this.main = cluster.node("main");
        this.layout = cluster.layout();
    }

    @BeforeEach
    void open(PostgresCluster cluster) throws Exception {
        assumeTrue(
                PgBouncer.program().isPresent(),
                "pgbouncer is not installed (on Debian: apt-get install pgbouncer): nothing was tested");
        network = NetworkNamespace.orSkip();
        opened.push(network);
        startPooler("near", List.of(), network.outside(), "127.0.0.1", main.port());
        startPooler("far", network.prefix(), network.inside(), network.outside(), POOLER);
        HaStack stack = Stacks.ready(
                cluster,
                Map.of(
                        "ha.postgres.nodes.main.address",
                        network.inside() + ":" + POOLER,
                        "ha.postgres.properties.prepareThreshold",
                        "0",
                        "ha.postgres.pool.max-size",
                        "4"));
        opened.push(() -> stack.close(Duration.ZERO));
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
    }

    @AfterEach
    void close() throws Exception {
        clock.close();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    /** It trusts whoever comes, ends with this thread, and runs as nobody, since it refuses root. */
    private void startPooler(String name, List<String> prefix, String address, String host, int port) throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path log = folder.resolve(name + ".log");
        Path settings = Files.writeString(folder.resolve(name + ".ini"), """
                [databases]
                * = host=%s port=%d user='%s' password='%s'
                [pgbouncer]
                listen_addr = %s
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                ignore_startup_parameters = extra_float_digits,options
                """.formatted(
                        host, port, layout.username(), layout.password(), address, POOLER));
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL"));
        command.addAll(List.of(PgBouncer.program().orElseThrow().toString(), settings.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        opened.push(() -> process.destroyForcibly().waitFor());
        until(name + " listens", () -> {
            assertThat(process.isAlive()).as(() -> read(log)).isTrue();
            return listens(address);
        });
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean listens(String address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, POOLER), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The JVM's port of this connection, which the driver tells nobody, and PostgreSQL knows no other than the pooler's. */
    private static int port(Connection connection) throws Exception {
        Field stream = QueryExecutorBase.class.getDeclaredField("pgStream");
        stream.setAccessible(true);
        return ((PGStream) stream.get(connection.unwrap(PgConnection.class).getQueryExecutor()))
                .getSocket()
                .getLocalPort();
    }

    /**
     * Whether the other side's kernel has all that was sent from this port. It lets an acknowledgement wait for an answer, some 40 ms,
     * and one that is lost makes this side's send again, as if the question had been lost.
     */
    private static boolean acknowledged(int port) throws IOException {
        // The JDK's sockets are of IPv6 wherever there is that, also to addresses of IPv4.
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("/proc/self/net/tcp")));
        Path tcp6 = Path.of("/proc/self/net/tcp6");
        lines.addAll(Files.exists(tcp6) ? Files.readAllLines(tcp6) : List.of());
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words[1].endsWith(String.format(":%04X", port)))
                .anyMatch(words -> words[4].startsWith("00000000:"));
    }

    private static PostgresConnectionLostException failure(CompletableFuture<String> call) {
        Throwable failure = catchThrowable(() -> call.get(1, TimeUnit.MINUTES)).getCause();
        assertThat(failure).isInstanceOf(SQLException.class);
        return Objects.requireNonNull(
                PostgresConnectionLostException.in((SQLException) Objects.requireNonNull(failure)));
    }

    private void assertFound(PostgresConnectionLostException lost, Outcome outcome, Duration forgotten) {
        assertThat(clock.since(forgotten)).isLessThan(AT_MOST);
        assertThat(lost).hasMessageContaining("a firewall or NAT between must have forgotten it");
        assertThat(lost.node()).contains("main");
        assertThat(lost.outcome()).isEqualTo(outcome);
    }

    @Test
    void whose_answer_is_lost_ends_the_statement_as_unknown() throws Exception {
        try (Connection connection = postgres.primary().getConnection();
                Connection holder = main.superuser()) {
            int port = port(connection);
            query(holder, "SELECT pg_advisory_lock(" + LOCK + ")");
            CompletableFuture<String> waits = inBackground(
                    () -> query(connection, "SELECT 'never heard' FROM pg_advisory_xact_lock(" + LOCK + ")"));
            until("it is under way", () -> waitsForLock() && acknowledged(port));

            Duration forgotten = clock.now();
            network.forgetAnswers(POOLER, port);
            query(holder, "SELECT pg_advisory_unlock(" + LOCK + ")");

            assertFound(failure(waits), Outcome.UNKNOWN, forgotten);
        }
        assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (1)")).isEqualTo(1);
    }

    @Test
    void whose_answer_is_lost_after_long_end_the_transaction_as_not_committed() throws Exception {
        try (Connection connection = postgres.primary().getConnection();
                Connection holder = main.superuser()) {
            int port = port(connection);
            connection.setAutoCommit(false);
            execute(connection, "INSERT INTO notes VALUES (1)");
            query(holder, "SELECT pg_advisory_lock(" + LOCK + ")");
            CompletableFuture<String> waits = inBackground(
                    () -> query(connection, "SELECT 'never heard' FROM pg_advisory_xact_lock(" + LOCK + ")"));
            long asked = System.nanoTime();
            until("it has been looked at several times", () -> System.nanoTime() - asked > AT_MOST.toNanos());
            assertThat(waitsForLock() && acknowledged(port)).isTrue();

            Duration forgotten = clock.now();
            network.forgetAnswers(POOLER, port);
            query(holder, "SELECT pg_advisory_unlock(" + LOCK + ")");

            assertFound(failure(waits), Outcome.NOT_DONE, forgotten);
        }
    }

    private boolean waitsForLock() throws SQLException {
        return "1".equals(main.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"));
    }

    @Test
    void on_which_a_statement_is_asked_end_it_as_unknown() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            int port = port(connection);

            Duration forgotten = clock.now();
            network.forget(POOLER, port);
            CompletableFuture<String> asked =
                    inBackground(() -> String.valueOf(execute(connection, "INSERT INTO notes VALUES (1)")));

            assertFound(failure(asked), Outcome.UNKNOWN, forgotten);
        }
        assertThat(query(postgres.primary(), "SELECT count(*) FROM notes")).isEqualTo("0");
    }

    @Test
    void that_are_healthy_are_left_alone_however_long_they_are_silent() throws Exception {
        assertThat(query(postgres.primary(), "SELECT 'done' FROM pg_sleep(8)")).isEqualTo("done");
    }
}
