package dev.hastack.redis;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Probe;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks INFO and PING in one round trip: INFO says what the node is also while it loads its data or has lost its primary,
 * and PING fails just when commands do.
 */
final class RedisProbe implements Probe {
    private final Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector;
    private final Function<NodeInfo, Answer> judge;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private volatile @Nullable Future<?> waited;
    private volatile boolean aborted;

    /** @param judge what the node's words mean for the topology */
    RedisProbe(
            Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector,
            Function<NodeInfo, Answer> judge) {
        this.connector = connector;
        this.judge = judge;
    }

    @Override
    public Answer ask() throws Exception {
        StatefulRedisConnection<String, String> kept = connection;
        if (kept != null && kept.isOpen()) {
            try {
                return ask(kept);
            } catch (Exception e) {
                // The node has answered, or there is no time for a second attempt.
                if (aborted || !RedisErrors.connectionLost(e)) {
                    throw e;
                }
            }
        }
        close();
        StatefulRedisConnection<String, String> made = await(connector.get().toCompletableFuture());
        connection = made;
        if (aborted) {
            close();
        }
        return ask(made);
    }

    private Answer ask(StatefulRedisConnection<String, String> to) throws Exception {
        RedisAsyncCommands<String, String> commands = to.async();
        RedisFuture<String> server = commands.info("server");
        RedisFuture<String> replication = commands.info("replication");
        RedisFuture<String> ping = commands.ping();
        NodeInfo info = NodeInfo.of(await(server) + "\n" + await(replication));
        String unused = await(ping);
        return judge.apply(info);
    }

    private <T> T await(Future<T> future) throws Exception {
        waited = future;
        try {
            if (aborted) {
                boolean unused = future.cancel(true);
            }
            return future.get();
        } catch (ExecutionException e) {
            throw RedisErrors.bare(e) instanceof Exception cause ? cause : e;
        } finally {
            waited = null;
        }
    }

    @Override
    public void arm() {
        aborted = false;
    }

    @Override
    public void abort() {
        aborted = true;
        Future<?> future = waited;
        if (future != null) {
            boolean unused = future.cancel(true);
        }
        close();
    }

    @Override
    public void close() {
        StatefulRedisConnection<String, String> old = connection;
        if (old != null) {
            connection = null;
            CompletableFuture<Void> unused = old.closeAsync();
        }
    }
}
