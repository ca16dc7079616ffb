package dev.hastack.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterPushHandler;
import io.lettuce.core.cluster.StatefulRedisClusterConnectionImpl;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.json.JsonParser;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ConnectionIntent;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Lettuce's own connection to a Redis Cluster, whose commands go through our router, and from there to Lettuce's writer,
 * which knows the slots.
 */
final class ClusterConnection<K, V> extends StatefulRedisClusterConnectionImpl<K, V>
        implements StatefulRedisClusterConnection<K, V> {
    private final ClusterRouter router;
    private final RoutingWriter routing;
    private final KeyPrefix prefix;

    ClusterConnection(
            RedisChannelWriter writer,
            ClusterPushHandler pushes,
            RedisCodec<K, V> codec,
            Duration longest,
            Supplier<JsonParser> parser,
            KeyPrefix prefix,
            Function<ClusterConnection<?, ?>, ClusterRouter> routers) {
        super(writer, pushes, codec, longest, parser);
        this.prefix = prefix;
        this.router = routers.apply(this);
        this.routing = new RoutingWriter(router, writer.getClientResources(), prefix, false, false);
    }

    ClusterRouter router() {
        return router;
    }

    /** To whichever node Lettuce's writer finds for it. */
    void send(Attempt<?, ?, ?> attempt) {
        RedisCommand<?, ?, ?> unused = getChannelWriter().write(attempt);
    }

    /** To this node; false if there is no connection to it yet, which is being made then. */
    boolean send(Attempt<?, ?, ?> attempt, ClusterNode node, ConnectionIntent intent) {
        CompletableFuture<StatefulRedisConnection<K, V>> connection =
                getConnectionAsync(node.address().host(), node.address().port(), intent);
        if (!connection.isDone() || connection.isCompletedExceptionally()) {
            return false;
        }
        RedisCommand<?, ?, ?> unused = ((RedisChannelHandler<?, ?>) connection.join())
                .getChannelWriter()
                .write(attempt);
        return true;
    }

    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        return routing.write(plain(command));
    }

    private <T> RedisCommand<K, V, T> plain(RedisCommand<K, V, T> command) {
        return prefix.any() && command.getType() == CommandType.XREADGROUP
                ? new PlainGroup<>(command, prefix)
                : command;
    }

    @Override
    public Collection<RedisCommand<K, V, ?>> dispatch(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<RedisCommand<K, V, ?>> plain = new ArrayList<>(commands.size());
        commands.forEach(command -> plain.add(plain(command)));
        return routing.write(plain);
    }

    /** Calls have deadlines of their own, which may be longer than that of a command. */
    @Override
    public void setOptions(ClientOptions options) {
        super.setOptions(options.mutate()
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .build());
    }

    @Override
    public void setAutoFlushCommands(boolean flush) {
        routing.setAutoFlushCommands(flush);
    }

    @Override
    public void flushCommands() {
        routing.flushCommands();
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        routing.close();
        router.close();
        return isClosed() ? CompletableFuture.completedFuture(null) : super.closeAsync();
    }
}
