package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that begins an answer and never ends it fills no heap. */
@Timeout(600)
class EndlessAnswerTest {
    /** What the system takes beside, for either side of a connection. */
    private static final long BUFFERS = 16 << 20;

    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicLong most = new AtomicLong();

    @Test
    void ends_the_probe() throws Exception {
        ends(address -> Map.of("ha.redis.nodes.main.address", address));
    }

    @Test
    void ends_the_probe_of_a_cluster() throws Exception {
        ends(address -> Map.of("ha.redis.cluster", "true", "ha.redis.nodes.main.address", address));
    }

    @Test
    void ends_the_question_to_a_Sentinel() throws Exception {
        ends(address -> Map.of("ha.redis.sentinel.nodes", address, "ha.redis.sentinel.master", "main"));
    }

    private void ends(Function<String, Map<String, String>> server) throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(socket), "endless");
            thread.setDaemon(true);
            thread.start();
            Map<String, String> settings = new HashMap<>(server.apply("127.0.0.1:" + socket.getLocalPort()));
            settings.put("ha.probe.interval", "60s");
            settings.put("ha.probe.timeout", "50s");
            settings.put("ha.redis.reads.max-lag", "120s");
            try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
                until("the probe gives up", () -> ended.get() > 0);
                until(
                        "and says why",
                        () -> stack.health().store("redis").describe().contains("sends more than"));
                assertThat(most.get()).isLessThan(AnswerLimit.MOST_BYTES + BUFFERS);
            }
        }
    }

    private void serve(ServerSocket server) {
        while (!server.isClosed()) {
            long sent = 0;
            try (Socket client = server.accept()) {
                OutputStream out = client.getOutputStream();
                out.write("$2000000000\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] chunk = new byte[64 << 10];
                while (sent < 1L << 30) {
                    out.write(chunk);
                    sent += chunk.length;
                    most.accumulateAndGet(sent, Math::max);
                }
            } catch (IOException e) {
                ended.incrementAndGet();
            }
        }
    }
}
