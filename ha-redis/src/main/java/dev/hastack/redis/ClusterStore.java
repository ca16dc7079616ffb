package dev.hastack.redis;

import dev.hastack.core.StoreContext;
import dev.hastack.core.config.ProbeConfig;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.HealthNotes;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.health.StoreHealth;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster: Lettuce's client for it, behind our guards. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, RED-21.
 */
final class ClusterStore implements HaRedisCluster {
    /** Lettuce's own look connects to every node anew: it is for what the watch cannot see. */
    private static final int INTERVALS = 10;

    private static final long RETRY = 20_000_000L;
    /** How long the ends of connections may take. */
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final RedisConfig config;
    private final NodeClients clients;
    private final ClusterNodes nodes;
    private final KeyPrefix prefix;
    private final ClusterWatch watch;
    private final ClusterClient client;
    private final Set<StatefulConnection<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final HealthNotes notes = new HealthNotes();
    private volatile boolean closing;

    private ClusterStore(StoreContext context, RedisConfig config) {
        ProbeConfig probe = context.config().probe();
        this.config = config;
        this.clients = new NodeClients(config, context.config());
        this.nodes = new ClusterNodes(config, context.config(), this::hint);
        clients.witness(new ProbeWitness(clients.doubts(), node -> doubt()));
        this.prefix = new KeyPrefix(config.keyPrefix());
        this.watch = new ClusterWatch(
                nodes,
                config.nodes().values().stream()
                        .map(node -> nodes.at(node.address()))
                        .toList(),
                clients,
                context.time(),
                probe.interval(),
                probe.timeout(),
                config.connectTimeout(),
                context.machine(),
                this::refresh,
                context.events()::unlogged);
        List<RedisURI> seeds =
                config.nodes().keySet().stream().map(clients::uri).toList();
        this.client = new ClusterClient(
                clients.resources(),
                seeds,
                nodes,
                prefix,
                config.writable(),
                connection -> new ClusterRouter(
                        config,
                        nodes,
                        connection,
                        () -> closing,
                        watch::view,
                        clients.resources().eventExecutorGroup(),
                        watch.toll()),
                clients.longest(),
                node -> {
                    clients.found(node.node(), node.address());
                    return clients.connectProbe(node.node());
                });
        client.setOptions(options(probe.interval()));
    }

    static ClusterStore open(StoreContext context, RedisConfig config) {
        ClusterStore store = new ClusterStore(context, config);
        store.watch.start();
        return store;
    }

    @SuppressWarnings("deprecation") // Lettuce 7 has all triggers by default, and 6 none.
    private ClusterClientOptions options(Duration interval) {
        // Rejecting, so that nothing is queued by Lettuce, and what was under way when a connection broke ends at once
        // instead of being sent again: that is decided here, per command.
        return ClusterClientOptions.builder(clients.options(config.connectTimeout())
                        .autoReconnect(true)
                        .requestQueueSize(config.maxInFlight())
                        .timeoutOptions(TimeoutOptions.builder()
                                .timeoutCommands(true)
                                .timeoutSource(new OfNodes(config.commandTimeout()))
                                .build())
                        .readOnlyCommands(
                                command -> CommandRoute.of(command.getType(), command.getArgs()) == CommandRoute.READ)
                        .build())
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(interval.multipliedBy(INTERVALS))
                        .enableAllAdaptiveRefreshTriggers()
                        .adaptiveRefreshTriggersTimeout(ClusterClient.BETWEEN_LOOKS)
                        // Our client says whom to ask.
                        .dynamicRefreshSources(false)
                        .closeStaleConnections(true)
                        .build())
                // A redirection to a node that the last look did not see is followed.
                .validateClusterNodeMembership(false)
                .build();
    }

    /** Lettuce's deadlines: for commands that are sent to a node by name; the router has its own. */
    private static final class OfNodes extends TimeoutOptions.TimeoutSource {
        private final CommandTimeouts timeouts;

        OfNodes(Duration usual) {
            this.timeouts = new CommandTimeouts(usual);
        }

        @Override
        public long getTimeout(RedisCommand<?, ?, ?> command) {
            return CommandWrapper.unwrap(command, Attempt.class) != null ? 0 : timeouts.getTimeout(command);
        }

        @Override
        public TimeUnit getTimeUnit() {
            return timeouts.getTimeUnit();
        }
    }

    private void hint() {
        watch.hint();
    }

    private void doubt() {
        watch.doubt();
    }

    /** Roles, slots or the state of nodes have changed. */
    private void refresh() {
        ClusterReads reads = new ClusterReads(nodes);
        open.forEach(one -> {
            if (one instanceof ClusterConnection<?, ?> connection) {
                connection.setReadFrom(reads);
            }
        });
        if (client.knows()) {
            CompletionStage<Void> unused = client.refreshPartitionsAsync();
        }
    }

    @Override
    public <K, V> StatefulRedisClusterConnection<K, V> connection(RedisCodec<K, V> codec) {
        StatefulRedisClusterConnection<K, V> made =
                connect(() -> client.connectAsync(prefix.any() ? new SlotCodec<>(prefix, codec) : codec));
        made.setReadFrom(new ClusterReads(nodes));
        if (made instanceof ClusterConnection<K, V> connection) {
            connection.router().start();
        }
        return made;
    }

    @Override
    public <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec) {
        if (!prefix.any() && config.writable()) {
            return connect(() -> client.connectPubSubAsync(codec));
        }
        ChannelCodec<K, V> channels = new ChannelCodec<>(prefix, codec);
        return new ClusterSubscriber<>(
                connect(() -> client.connectPubSubAsync(channels)),
                channels,
                prefix,
                config.writable(),
                config.connectTimeout());
    }

    /** Tries until it is made, or its time is over. */
    private <T extends StatefulConnection<?, ?>> T connect(Supplier<CompletableFuture<T>> attempt) {
        long until = System.nanoTime() + config.reads().maxWait().toNanos();
        Throwable last = null;
        do {
            if (closing) {
                throw new RedisClosedException();
            }
            CompletableFuture<T> connecting = known().thenCompose(known -> attempt.get());
            try {
                T made = connecting.get(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                open.removeIf(one -> !one.isOpen());
                open.add(made);
                return made;
            } catch (ExecutionException e) {
                last = e.getCause();
                if (watch.view().denied()) {
                    break;
                }
                LockSupport.parkNanos(RETRY);
            } catch (TimeoutException e) {
                CompletableFuture<Void> unused = connecting.thenAccept(OwnConnections::close);
                last = last == null ? e : last;
            } catch (InterruptedException e) {
                CompletableFuture<Void> unused = connecting.thenAccept(OwnConnections::close);
                Thread.currentThread().interrupt();
                throw new RedisInterruptedException("a connection to the cluster", e);
            }
        } while (System.nanoTime() - until < 0);
        ClusterView view = watch.view();
        RedisNoReplicaException error = new RedisNoReplicaException(
                "redis: "
                        + (view.denied()
                                ? view.denial()
                                : "no node of the cluster could be connected to within "
                                        + config.reads().maxWait().toMillis() + " ms; " + view.describe()),
                view);
        error.addSuppressed(last);
        throw error;
    }

    private CompletableFuture<@Nullable Void> known() {
        return client.knows() ? CompletableFuture.completedFuture(null) : client.look();
    }

    @Override
    public NoteRegistration addNotes(String name, Supplier<List<HealthNote>> supplier) {
        return notes.add(name, supplier);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public StoreHealth health() {
        return notes.addedTo(watch.view().store());
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return watch.await(() -> watch.view().ok() && watch.view().complete(), timeout);
    }

    @Override
    public boolean close(Duration drain) {
        closing = true;
        long until = System.nanoTime() + drain.toNanos();
        boolean busy = busy();
        while (busy && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            busy = busy();
        }
        watch.close();
        List<CompletableFuture<Void>> closed = open.stream()
                .filter(one -> !(one instanceof RedisChannelHandler<?, ?> known && known.isClosed()))
                .map(StatefulConnection::closeAsync)
                .toList();
        // Or their client, which knows also the connections below them, would close these twice, and log a warning for
        // each.
        NodeClients.await(
                CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new)),
                System.nanoTime() + CLOSING.toNanos());
        clients.close(client);
        return !busy;
    }

    private boolean busy() {
        return open.stream()
                .anyMatch(one -> one instanceof ClusterConnection<?, ?> connection
                        && connection.router().busy());
    }
}
