package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterPushHandler;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.StatefulRedisClusterConnectionImpl;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.topology.ClusterTopologyRefresh;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.json.JsonParser;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Lettuce's client of a Redis Cluster, with connections of ours: the cluster's, and under it, those to its nodes. */
final class ClusterClient extends RedisClusterClient {
    /** The least time between two looks at the topology that a redirection or a reconnection asks for. */
    static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final List<RedisURI> seeds;
    private final ClusterNodes nodes;
    private final KeyPrefix prefix;
    private final boolean writable;
    private final Function<ClusterConnection<?, ?>, ClusterRouter> routers;
    private final Duration longest;
    private final Function<ClusterNode, CompletionStage<StatefulRedisConnection<String, String>>> connector;
    /** When the topology was read last since a connection could not be made again, by {@link System#nanoTime}. */
    private final AtomicLong lookedAt = new AtomicLong(System.nanoTime());

    private volatile boolean known;

    /**
     * @param longest that a command may take, all in all
     * @param connector makes a connection to a node for a look at the topology
     */
    ClusterClient(
            ClientResources resources,
            List<RedisURI> seeds,
            ClusterNodes nodes,
            KeyPrefix prefix,
            boolean writable,
            Function<ClusterConnection<?, ?>, ClusterRouter> routers,
            Duration longest,
            Function<ClusterNode, CompletionStage<StatefulRedisConnection<String, String>>> connector) {
        super(resources, seeds);
        this.seeds = List.copyOf(seeds);
        this.nodes = nodes;
        this.prefix = prefix;
        this.writable = writable;
        this.routers = routers;
        this.longest = longest;
        this.connector = connector;
    }

    /** Whether the topology has been read once; before, Lettuce would wait for it on the caller's thread. */
    boolean knows() {
        return known;
    }

    /** Called by Lettuce's constructor. */
    @Override
    protected ClusterTopologyRefresh createTopologyRefresh() {
        return new ClusterLook(getResources(), address -> connector.apply(nodes.at(address)));
    }

    /** All that are known, but for those that no probe has found well: a look waits for all that it asks. */
    @Override
    protected Iterable<RedisURI> getTopologyRefreshSource() {
        return all().filter(uri -> nodes.at(uri).answered()).toList();
    }

    private Stream<RedisURI> all() {
        Map<Address, RedisURI> all = new LinkedHashMap<>();
        seeds.forEach(uri -> all.put(nodes.at(uri).address(), uri));
        if (known) {
            getPartitions().forEach(node -> all.put(nodes.at(node.getUri()).address(), node.getUri()));
        }
        return all.values().stream();
    }

    /** Those first that answer: Lettuce logs a warning for each that it cannot connect to. */
    @Override
    protected Mono<SocketAddress> getSocketAddressSupplier(
            Supplier<Partitions> partitions, Function<Partitions, Collection<RedisClusterNode>> order) {
        return super.getSocketAddressSupplier(partitions, all -> {
            List<RedisClusterNode> ordered = new ArrayList<>(order.apply(all));
            ordered.sort(Comparator.comparing(node -> !nodes.at(node.getUri()).answers()));
            return ordered;
        });
    }

    /** Lettuce would make connections again itself, and log that it tries and cannot for as long as a node is away. */
    @Override
    protected <K, V, T extends RedisChannelHandler<K, V>> ConnectionFuture<T> initializeChannelAsync(
            ConnectionBuilder builder) {
        ConnectionBuilder own = builder.clientOptions(
                builder.clientOptions().mutate().autoReconnect(false).build());
        return new Reconnection(own, getResources().eventExecutorGroup()) {
            @Override
            ConnectionFuture<?> connect() {
                lookNowAndThen();
                return ClusterClient.super.initializeChannelAsync(own);
            }
        }.from(super.<K, V, T>initializeChannelAsync(own));
    }

    /** A node that connections end to may have lost its slots. */
    private void lookNowAndThen() {
        long now = System.nanoTime();
        long last = lookedAt.get();
        if (now - last >= BETWEEN_LOOKS.toNanos() && lookedAt.compareAndSet(last, now)) {
            CompletionStage<Void> unused = refreshPartitionsAsync();
        }
    }

    /** Reads the topology, unless no node answers its probe: then there is nobody to ask. */
    CompletableFuture<Void> look() {
        return all().anyMatch(uri -> nodes.at(uri).answered())
                ? super.refreshPartitionsAsync().toCompletableFuture()
                : CompletableFuture.failedFuture(new RedisConnectionException("no node of the cluster answers"));
    }

    /** By Lettuce's own timer, which logs a stack trace of each look that fails: the watch tells of nodes that do not answer. */
    @Override
    public CompletionStage<Void> refreshPartitionsAsync() {
        return look().handle((any, error) -> null);
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
        StatefulRedisConnectionImpl<K, V> made = prefix.any()
                ? new PrefixedConnection<>(guarded, pushes, codec, timeout, prefix)
                : new StatefulRedisConnectionImpl<>(guarded, pushes, codec, timeout, parser) {
                    @Override
                    public CompletableFuture<Void> closeAsync() {
                        // By the cluster's connection, and by the client: Lettuce would log a warning the second time.
                        return isClosed() ? CompletableFuture.completedFuture(null) : super.closeAsync();
                    }
                };
        made.addListener(guarded);
        return made;
    }

    /**
     * Of one node. What was routed by the cluster's connection was judged there; it learns here where it goes. What a caller
     * sends to the node by name is judged here.
     */
    private final class NodeWriter extends GuardedWriter implements RedisConnectionStateListener {
        private volatile ClusterNode node = nodes.nowhere();

        NodeWriter(RedisChannelWriter writer) {
            super(writer);
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
            ClusterNode to = node;
            Attempt<?, ?, ?> routed = CommandWrapper.unwrap(command, Attempt.class);
            if (routed != null) {
                routed.at(to);
                return to.ban();
            }
            RedisException ban = to.ban();
            return ban != null || writable ? ban : ReadOnlyWriter.of(command);
        }
    }
}
