package dev.hastack.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A server that is starting up, or shutting down, answers every login with 57P03. */
class StartingServerTest {
    private static final String WORDS = "the database system is starting up";

    @Test
    void it_is_down_in_its_own_words_and_asked_again_and_again() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            serve(server, asked);
            try (HaStack stack = HaStack.open(StackConfig.of(Map.of(
                    "ha.postgres.database", "cms",
                    "ha.postgres.username", "cms",
                    "ha.postgres.writes.wait", "100ms",
                    "ha.postgres.properties.sslmode", "disable",
                    "ha.postgres.nodes.main.address", "127.0.0.1:" + server.getLocalPort())))) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                Stacks.until("it is down", () -> Stacks.status(postgres, "main") == Status.DOWN);

                Failure failure = postgres.topology()
                        .node("main")
                        .flatMap(NodeView::failure)
                        .orElseThrow();
                assertThat(failure.kind()).isEqualTo(Kind.SHUTTING_DOWN);
                assertThat(failure.cause()).contains(WORDS);
                assertThat(Stacks.health(stack, "main").reason().orElse("")).contains(WORDS);
                assertThatThrownBy(() -> postgres.primary().getConnection())
                        .isInstanceOf(PostgresNoPrimaryException.class)
                        .hasMessageContaining("main DOWN");
                int before = asked.get();
                Stacks.until("it is asked again", () -> asked.get() > before + 2);
            }
        }
    }

    private static void serve(ServerSocket server, AtomicInteger asked) {
        Thread thread = new Thread(
                () -> {
                    while (!server.isClosed()) {
                        refuse(server, asked);
                    }
                },
                "starting-server");
        thread.setDaemon(true);
        thread.start();
    }

    private static void refuse(ServerSocket server, AtomicInteger asked) {
        try (Socket client = server.accept()) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            in.skipNBytes(in.readInt() - 4);
            asked.incrementAndGet();
            String error = "SFATAL\0VFATAL\0C57P03\0M" + WORDS + "\0\0";
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            out.writeByte('E');
            out.writeInt(error.length() + 4);
            out.write(error.getBytes(ISO_8859_1));
        } catch (IOException e) {
            // It goes on with the next one.
        }
    }
}
