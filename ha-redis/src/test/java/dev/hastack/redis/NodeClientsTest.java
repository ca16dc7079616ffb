package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hastack.core.config.StackConfig;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections whose server is slow to let them in. */
@Timeout(600)
class NodeClientsTest {
    private static final Duration FOR_EVER = Duration.ofMinutes(1);

    private static NodeClients clients(SlowDoor server, Duration connectTimeout) {
        StackConfig config = StackConfig.of(Map.of(
                "ha.redis.nodes.main.address",
                "127.0.0.1:" + server.port(),
                "ha.redis.connect-timeout",
                connectTimeout.toMillis() + "ms"));
        return new NodeClients(config.redis().orElseThrow(), config);
    }

    private static CompletableFuture<StatefulRedisConnection<String, String>> connect(NodeClients clients) {
        return clients.connectProbe("main").toCompletableFuture();
    }

    /** Waits at the door. */
    private static CompletableFuture<?> connectingTo(SlowDoor server, NodeClients clients) throws Exception {
        CompletableFuture<?> connecting = connect(clients);
        until("it waits at the door", () -> server.waiting() == 1);
        return connecting;
    }

    /** However often that has to be tried on a machine that is slow. */
    private static StatefulRedisConnection<String, String> connected(NodeClients clients) throws Exception {
        List<StatefulRedisConnection<String, String>> made = new ArrayList<>();
        until("it is connected", () -> {
            connect(clients).thenAccept(made::add).exceptionally(any -> null).join();
            return !made.isEmpty();
        });
        return made.get(0);
    }

    private static Optional<Kind> kind(CompletableFuture<?> attempt) {
        return attempt.handle((none, error) -> error == null ? null : error)
                .thenApply(error -> Optional.ofNullable(error).flatMap(RedisErrors::kindOfProbe))
                .join();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(FOR_EVER.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_server_that_lets_nobody_in_in_time_is_silent() throws Exception {
        try (SlowDoor server = new SlowDoor()) {
            server.shut();
            NodeClients clients = clients(server, Duration.ofMillis(300));
            try {
                assertThat(kind(connect(clients))).contains(Kind.TIMEOUT);
            } finally {
                clients.close();
            }
        }
    }

    @Test
    void a_server_that_ends_a_connection_before_it_has_let_it_in_is_not() throws Exception {
        try (SlowDoor server = new SlowDoor()) {
            server.shut();
            NodeClients clients = clients(server, FOR_EVER);
            try {
                CompletableFuture<?> connecting = connectingTo(server, clients);
                server.sendAway();
                assertThat(kind(connecting)).contains(Kind.NETWORK);
            } finally {
                clients.close();
            }
        }
    }

    /** The server's answer lies there unread, and is read in the moment in which the connection is given up. */
    @Test
    void a_connection_that_is_let_in_when_its_time_is_over_is_no_broken_one() throws Exception {
        try (SlowDoor server = new SlowDoor()) {
            Duration timeout = Duration.ofSeconds(2);
            NodeClients clients = clients(server, timeout);
            CountDownLatch busy = new CountDownLatch(2);
            CountDownLatch arrived = new CountDownLatch(1);
            CountDownLatch late = new CountDownLatch(1);
            try {
                // One on each of the two threads that read.
                var first = connected(clients);
                var second = connected(clients);
                server.shut();
                CompletableFuture<StatefulRedisConnection<String, String>> connecting = connect(clients);
                CompletableFuture<String> asked =
                        connecting.thenCompose(made -> made.async().ping());
                until("it waits at the door", () -> server.waiting() == 1);
                server.answerOnly(0);
                for (var connection : List.of(first, second)) {
                    var unused = connection.async().ping().thenRun(() -> {
                        busy.countDown();
                        await(arrived);
                    });
                    var unusedToo = connection.async().ping().thenRun(() -> await(late));
                }
                server.answerOnly(1);
                // A connection that had to be made twice may share the thread of the other: then there is nothing to
                // see.
                assumeTrue(busy.await(10, TimeUnit.SECONDS));
                server.answerOnly(2);
                until("all that is asked is answered", () -> server.answered() == 4);
                server.open();
                until("it is let in", () -> server.waiting() == 0);
                arrived.countDown();
                long end = System.nanoTime() + timeout.multipliedBy(2).toNanos();
                while (!connecting.isDone() && System.nanoTime() < end) {
                    LockSupport.parkNanos(1_000_000);
                }
                late.countDown();

                assertThat(kind(asked)).isNotEqualTo(Optional.of(Kind.NETWORK));
            } finally {
                arrived.countDown();
                late.countDown();
                clients.close();
            }
        }
    }

    @Test
    void a_connection_that_nobody_waits_for_any_more_is_closed_when_it_comes() throws Exception {
        try (SlowDoor server = new SlowDoor()) {
            server.shut();
            NodeClients clients = clients(server, FOR_EVER);
            try {
                CompletableFuture<?> connecting = connectingTo(server, clients);
                connecting.cancel(true);
                server.open();
                until("it is closed", () -> server.connections() == 0);
            } finally {
                clients.close();
            }
        }
    }
}
