package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.StackConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a probe does at a server that accepts and says nothing, as a hung one does: its kernel still accepts. */
class PostgresProbeTest {

    private static PostgresProbe probe(ServerSocket silent) {
        PostgresConfig config = StackConfig.of(Map.of(
                        "ha.postgres.database", "cms",
                        "ha.postgres.username", "cms",
                        "ha.postgres.connect-timeout", "60s",
                        "ha.postgres.nodes.main.address", "127.0.0.1:" + silent.getLocalPort()))
                .postgres()
                .orElseThrow();
        return new PostgresProbe(
                new ProbeConnection("main", key -> new DriverConnectors(config, "test").to("main", key, Map.of())),
                true,
                why -> {},
                new SessionsByProbe());
    }

    @Test
    void a_timeline_began_where_the_last_line_of_its_history_says() {
        assertThat(PostgresProbe.branch("1\t0/5000028\tno recovery target specified\n\n2\t0/60000A0\tbefore x\n"))
                .contains("2@0/60000A0");
        assertThat(PostgresProbe.branch("# of an operator\n")).isEmpty();
        assertThat(PostgresProbe.branch(null)).isEmpty();
    }

    @Test
    void an_abort_ends_an_attempt_that_is_still_connecting() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PostgresProbe probe = probe(silent);
            probe.arm();
            CompletableFuture<?> asked = CompletableFuture.supplyAsync(() -> {
                try {
                    return probe.ask();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (Socket accepted = silent.accept()) {
                assertThat(accepted.isConnected()).isTrue();
                probe.abort();
                assertThatThrownBy(() -> asked.get(60, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasRootCauseInstanceOf(java.io.IOException.class);
            }
            probe.close();
        }
        assertThat(NodeSocketFactory.registered()).isZero();
    }

    @Test
    void an_attempt_that_was_aborted_before_it_began_connects_to_nobody() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PostgresProbe probe = probe(silent);
            probe.arm();
            probe.abort();
            assertThatThrownBy(probe::ask).isInstanceOf(SQLException.class);
        }
    }
}
