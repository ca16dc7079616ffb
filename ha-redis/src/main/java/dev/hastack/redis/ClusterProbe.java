package dev.hastack.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The kept connection by which one node of a Redis Cluster is asked. Used by one thread. */
final class ClusterProbe {
    private final Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector;
    private @Nullable CompletableFuture<StatefulRedisConnection<String, String>> connection;

    ClusterProbe(Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector) {
        this.connector = connector;
    }

    /**
     * What a node says.
     *
     * @param cluster its CLUSTER INFO
     * @param replication its INFO replication
     */
    record Words(String cluster, String replication) {
        boolean ok() {
            return cluster.contains("cluster_state:ok");
        }
    }

    CompletableFuture<Words> ask() {
        return connected().thenCompose(made -> {
            RedisAsyncCommands<String, String> commands = made.async();
            CompletableFuture<String> cluster = commands.clusterInfo().toCompletableFuture();
            CompletableFuture<String> replication = commands.info("replication").toCompletableFuture();
            // PING fails just when commands do.
            return commands.ping()
                    .toCompletableFuture()
                    .thenCombine(cluster, (pong, said) -> said)
                    .thenCombine(replication, Words::new);
        });
    }

    /** Its view of all nodes. */
    CompletableFuture<String> view() {
        return connected().thenCompose(made -> made.async().clusterNodes());
    }

    private CompletableFuture<StatefulRedisConnection<String, String>> connected() {
        CompletableFuture<StatefulRedisConnection<String, String>> kept = connection;
        boolean usable = kept != null
                && (!kept.isDone()
                        || (!kept.isCompletedExceptionally() && kept.join().isOpen()));
        if (kept == null || !usable) {
            close();
            kept = connector.get().toCompletableFuture();
            connection = kept;
        }
        return kept;
    }

    /** Ends the connection; the next question opens another. */
    void close() {
        CompletableFuture<StatefulRedisConnection<String, String>> old = connection;
        if (old != null) {
            connection = null;
            Future<?> unused = old.thenAccept(OwnConnections::close);
        }
    }
}
