package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.cluster.ClusterPushHandler;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.StatefulRedisClusterConnectionImpl;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.json.JsonParser;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lettuce's client of a Redis Cluster, with connections of ours: the cluster's, and under it, those to its nodes. */
final class ClusterClient extends RedisClusterClient {
    private final ClusterNodes nodes;
    private final KeyPrefix prefix;
    private final boolean writable;
    private final Function<ClusterConnection<?, ?>, ClusterRouter> routers;
    private final Duration longest;
    private volatile boolean known;

    /** @param longest that a command may take, all in all */
    ClusterClient(
            ClientResources resources,
            Iterable<RedisURI> seeds,
            ClusterNodes nodes,
            KeyPrefix prefix,
            boolean writable,
            Function<ClusterConnection<?, ?>, ClusterRouter> routers,
            Duration longest) {
        super(resources, seeds);
        this.nodes = nodes;
        this.prefix = prefix;
        this.writable = writable;
        this.routers = routers;
        this.longest = longest;
    }

    /** Whether the topology has been read once; before, Lettuce would wait for it on the caller's thread. */
    boolean knows() {
        return known;
    }

    @Override
    protected CompletableFuture<Partitions> initializePartitions() {
        return super.initializePartitions().whenComplete((partitions, error) -> known = error == null);
    }

    @Override
    protected <V, K> StatefulRedisClusterConnectionImpl<K, V> newStatefulRedisClusterConnection(
            RedisChannelWriter writer,
            ClusterPushHandler pushes,
            RedisCodec<K, V> codec,
            Duration timeout,
            Supplier<JsonParser> parser) {
        return new ClusterConnection<>(writer, pushes, codec, longest, parser, prefix, routers);
    }

    @Override
    protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(
            RedisChannelWriter writer,
            PushHandler pushes,
            RedisCodec<K, V> codec,
            Duration timeout,
            Supplier<JsonParser> parser) {
        NodeWriter guarded = new NodeWriter(writer);
        StatefulRedisConnectionImpl<K, V> made =
                super.newStatefulRedisConnection(guarded, pushes, codec, timeout, parser);
        made.addListener(guarded);
        return made;
    }

    /**
     * Of one node. What was routed by the cluster's connection was judged there; it learns here where it goes. What a caller
     * sends to the node by name is judged here.
     */
    private final class NodeWriter extends GuardedWriter implements RedisConnectionStateListener {
        /** What Lettuce sends by itself. */
        private static final Set<String> OF_CONNECTIONS = Set.of("READONLY", "READWRITE", "ASKING", "AUTH", "CLIENT");

        private volatile ClusterNode node = nodes.nowhere();

        NodeWriter(RedisChannelWriter writer) {
            super(writer, prefix);
        }

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
            if (address instanceof InetSocketAddress known) {
                node = nodes.at(new Address(known.getHostString(), known.getPort()));
            }
        }

        @Override
        @Nullable
        RedisException refusal(RedisCommand<?, ?, ?> command) {
            if (routed(command) != null) {
                return null;
            }
            CommandRoute route = CommandRoute.of(command.getType(), command.getArgs());
            String name = CommandRoute.name(command.getType());
            boolean reads =
                    route == CommandRoute.READ || route == CommandRoute.PRIMARY_READ || OF_CONNECTIONS.contains(name);
            return writable || reads ? super.refusal(command) : NotWritableException.of(name);
        }

        @Override
        <K, V, T> RedisCommand<K, V, T> applied(RedisCommand<K, V, T> command) {
            Attempt<?, ?, ?> attempt = routed(command);
            if (attempt == null) {
                return super.applied(command);
            }
            attempt.at(node);
            return command;
        }

        private static @Nullable Attempt<?, ?, ?> routed(RedisCommand<?, ?, ?> command) {
            return CommandWrapper.unwrap(command, Attempt.class);
        }
    }
}
