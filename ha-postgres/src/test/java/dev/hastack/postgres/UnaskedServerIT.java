package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.inBackground;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.core.HaStack;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A firewall forgets connections to a server that says nothing of what it does for them: it lets nobody in, or the role may not ask. The
 * kernel knows, and a real one drops the packets here, between two networks of this machine.
 */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = "main"))
class UnaskedServerIT {
    private static final Duration AT_MOST = Duration.ofSeconds(5);
    private static final int NEAR = 6543;
    private static final int FAR = 6544;
    private static final int POOL = 3;

    private final PostgresCluster cluster;
    private final PostgresNode main;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final MachineClock clock = new MachineClock();
    private NetworkNamespace network;
    private HaPostgres postgres;

    UnaskedServerIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.main = cluster.node("main");
    }

    @BeforeEach
    void open() throws Exception {
        network = NetworkNamespace.orSkip();
        opened.push(network);
        opened.push(new Forwarder(network.outside(), NEAR, "127.0.0.1", main.port()).start());
        List<String> command = new ArrayList<>(network.prefix());
        command.addAll(List.of("setpriv", "--pdeathsig=KILL"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx64m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Forwarder.class.getName(),
                network.inside(),
                String.valueOf(FAR),
                network.outside(),
                String.valueOf(NEAR)));
        Process process = new ProcessBuilder(command).inheritIO().start();
        opened.push(() -> process.destroyForcibly().waitFor());
        until("it listens", () -> {
            assertThat(process.isAlive()).isTrue();
            return listens();
        });
        HaStack stack = Stacks.ready(
                cluster,
                Map.of(
                        "ha.postgres.nodes.main.address",
                        network.inside() + ":" + FAR,
                        "ha.postgres.pool.max-size",
                        String.valueOf(POOL)));
        opened.push(() -> stack.close(Duration.ZERO));
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
        HikariDataSource pool = postgres.primary().unwrap(HikariDataSource.class);
        until("the pool is filled", () -> pool.getHikariPoolMXBean().getTotalConnections() == POOL);
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(network.inside(), FAR), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void close() throws Exception {
        clock.close();
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    /** The ports of this JVM's connections to the server, the probe's among them. */
    private static Set<Integer> ports() throws IOException {
        Set<Integer> ports = new HashSet<>();
        for (Path table : List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"))) {
            if (Files.exists(table)) {
                Files.readAllLines(table).stream()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(words -> words[2].endsWith(String.format(":%04X", FAR)) && words[3].equals("01"))
                        .map(words -> words[1].substring(words[1].indexOf(':') + 1))
                        .forEach(port -> ports.add(Integer.parseInt(port, 16)));
            }
        }
        return ports;
    }

    private void assertCallersAreFreed() throws Exception {
        List<Connection> held = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            held.add(postgres.primary().getConnection());
        }
        try {
            for (int port : ports()) {
                network.forget(FAR, port);
            }
            Duration forgotten = clock.now();
            List<CompletableFuture<String>> waiting = new ArrayList<>();
            for (Connection connection : held) {
                waiting.add(inBackground(() -> query(connection, "SELECT 'never heard'")));
            }

            for (CompletableFuture<String> call : waiting) {
                assertThat(Stacks.lost(call)).hasMessageContaining("a firewall or NAT between must have forgotten it");
            }
            assertThat(clock.since(forgotten)).isLessThan(AT_MOST);
        } finally {
            for (Connection connection : held) {
                connection.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LIMIT", "PASSWORD"})
    void that_lets_nobody_in_not_even_its_probe_keeps_no_caller_waiting(Refusal refusal) throws Exception {
        refusal.begin(cluster);
        try {
            assertCallersAreFreed();
        } finally {
            refusal.end(cluster);
        }
        until("it is written to again", this::writes);
    }

    private boolean writes() {
        try {
            return execute(postgres.primary(), "INSERT INTO notes VALUES (1)") == 1;
        } catch (SQLException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SELECT ON pg_catalog.pg_stat_activity
                    EXECUTE ON FUNCTION pg_stat_get_activity(integer)
                    """)
    void that_may_not_be_asked_keeps_no_caller_waiting(String right) throws Exception {
        asSuperuser("REVOKE " + right + " FROM PUBLIC");
        try {
            assertCallersAreFreed();
            until("it is written to again", this::writes);
        } finally {
            asSuperuser("GRANT " + right + " TO PUBLIC");
        }
    }

    @Test
    void that_may_not_be_asked_finishes_what_takes_long() throws Exception {
        asSuperuser("REVOKE SELECT ON pg_catalog.pg_stat_activity FROM PUBLIC");
        try {
            assertThat(query(postgres.primary(), "SELECT 'done' FROM pg_sleep(6)"))
                    .isEqualTo("done");
        } finally {
            asSuperuser("GRANT SELECT ON pg_catalog.pg_stat_activity TO PUBLIC");
        }
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = main.superuser()) {
            execute(connection, sql);
        }
    }
}
