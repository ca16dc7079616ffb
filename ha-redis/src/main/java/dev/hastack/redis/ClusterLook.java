package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.topology.ClusterTopologyRefresh;
import io.lettuce.core.cluster.topology.NodeConnectionFactory;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.resource.ClientResources;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Lettuce's look at the topology, of the nodes that can be connected to: of each other node Lettuce would log a warning, with a stack trace
 * if it does not answer, though the watch has told of it already. Thread-safe.
 */
final class ClusterLook implements ClusterTopologyRefresh {
    private final ClientResources resources;
    private final Function<Address, CompletionStage<StatefulRedisConnection<String, String>>> connector;

    /** @param connector makes a connection for the questions of one look, which is closed after it */
    ClusterLook(
            ClientResources resources,
            Function<Address, CompletionStage<StatefulRedisConnection<String, String>>> connector) {
        this.resources = resources;
        this.connector = connector;
    }

    @Override
    public CompletionStage<Map<RedisURI, Partitions>> loadViews(
            Iterable<RedisURI> nodes, Duration connectTimeout, boolean discovery) {
        Map<RedisURI, CompletableFuture<StatefulRedisConnection<String, String>>> all = new LinkedHashMap<>();
        nodes.forEach(uri -> all.put(uri, connect(new Address(uri.getHost(), uri.getPort()))));
        return CompletableFuture.allOf(all.values().toArray(CompletableFuture[]::new))
                .handle((any, error) -> look(all, connectTimeout))
                .thenCompose(views -> views);
    }

    private CompletableFuture<StatefulRedisConnection<String, String>> connect(Address node) {
        return connector.apply(node).toCompletableFuture();
    }

    private CompletionStage<Map<RedisURI, Partitions>> look(
            Map<RedisURI, CompletableFuture<StatefulRedisConnection<String, String>>> all, Duration connectTimeout) {
        RedisConnectionException nobody = new RedisConnectionException("no node of the cluster could be connected to");
        List<RedisURI> reached = new ArrayList<>();
        Map<Address, StatefulRedisConnection<String, String>> made = new LinkedHashMap<>();
        all.forEach((uri, attempt) -> {
            try {
                made.put(new Address(uri.getHost(), uri.getPort()), attempt.join());
                reached.add(uri);
            } catch (CompletionException e) {
                nobody.addSuppressed(RedisErrors.bare(e));
            }
        });
        return reached.isEmpty()
                ? CompletableFuture.failedFuture(nobody)
                // Who else belongs to it is found by the watch.
                : ClusterTopologyRefresh.create(new Made(made), resources).loadViews(reached, connectTimeout, false);
    }

    /** Hands out what was made. */
    private record Made(Map<Address, StatefulRedisConnection<String, String>> connections)
            implements NodeConnectionFactory {
        @Override
        @SuppressWarnings("unchecked") // Lettuce asks for strings.
        public <K, V> StatefulRedisConnection<K, V> connectToNode(RedisCodec<K, V> codec, SocketAddress node) {
            StatefulRedisConnection<String, String> known = node instanceof InetSocketAddress at
                    ? connections.get(new Address(at.getHostString(), at.getPort()))
                    : null;
            if (known == null) {
                throw new RedisConnectionException("not connected to " + node);
            }
            return (StatefulRedisConnection<K, V>) known;
        }

        @Override
        public <K, V> ConnectionFuture<StatefulRedisConnection<K, V>> connectToNodeAsync(
                RedisCodec<K, V> codec, SocketAddress node) {
            return ConnectionFuture.completed(node, connectToNode(codec, node));
        }
    }
}
