package dev.hastack.redis;

import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.config.ReadFallback;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.ReadRouting;
import dev.hastack.core.topology.Snapshot;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Redis of an open stack: {@code stack.get(HaRedis.class)}.
 *
 * <p>{@link #connection()} is Lettuce's own connection, with its synchronous, asynchronous and reactive API. All threads
 * may share one; so do all connections of a process share one channel to each node. Each command goes where it belongs:
 * reads to the stack's replicas, writes and whatever is not known to the primary. A read whose node fails or does not
 * answer is sent to the next. A write that was not done, or not sent, waits for the primary; one whose answer was lost fails
 * with an {@link OutcomeUnknownException}, and is never sent twice. Nothing waits for longer than {@code
 * ha.redis.writes.wait} or {@code reads.wait} and {@code command-timeout} together. Thread-safe.
 */
public final class HaRedis implements Store {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final RedisConfig config;
    private final NodeClients clients;
    private final RedisChannels channels;
    private final Monitor monitor;
    private final RedisHealth health;
    private final KeyPrefix prefix;
    private final OwnConnections own;
    private final Subscriptions subscriptions;

    private HaRedis(RedisConfig config, NodeClients clients, RedisChannels channels, Monitor monitor) {
        this.config = config;
        this.clients = clients;
        this.channels = channels;
        this.monitor = monitor;
        this.health = new RedisHealth(config, channels, clients);
        this.prefix = new KeyPrefix(config.keyPrefix());
        this.own = new OwnConnections(config, clients, channels, monitor);
        this.subscriptions = new Subscriptions(config, channels.router().policy(), clients, channels, monitor);
    }

    static HaRedis open(StoreContext context, RedisConfig config) {
        if (config.cluster()) {
            throw new UnsupportedOperationException(
                    "ha.redis.cluster=true: Redis Cluster is not supported yet; name the nodes"
                            + " of one primary and its replicas, or its Sentinels");
        }
        StackConfig stack = context.config();
        NodeClients clients = new NodeClients(config, stack);
        Lineage lineage =
                new Lineage(config.sentinel().map(RedisConfig.Sentinel::master).orElse("ha.redis"));
        RedisChannels channels = new RedisChannels(config, clients, reads(config, stack), lineage);
        Monitor monitor = new Monitor(
                new Monitor.Settings(
                        "redis",
                        config.nodes().keySet(),
                        Optional.of(lineage.identity()),
                        stack.probe().interval(),
                        stack.probe().timeout(),
                        Optional.empty()),
                channels,
                context.events(),
                context.time());
        SentinelArbiter arbiter = new SentinelArbiter(config, clients, monitor, lineage);
        Optional<Sentinels> sentinels = config.sentinel()
                .map(named -> new Sentinels(
                        named, clients, stack.probe().interval(), stack.probe().timeout(), arbiter::hear));
        channels.start(monitor, sentinels);
        monitor.start();
        sentinels.ifPresent(Sentinels::start);
        return new HaRedis(config, clients, channels, monitor);
    }

    private static ReadRouting reads(RedisConfig config, StackConfig stack) {
        ReadPolicy policy = ReadPolicy.of(
                switch (config.reads().prefer()) {
                    case REPLICA -> Preference.REPLICA;
                    case PRIMARY -> Preference.PRIMARY;
                    case ANY -> Preference.ANY;
                });
        return new ReadRouting(
                config.reads().fallback() == ReadFallback.PRIMARY ? policy.withFallback() : policy,
                config.reads().maxLag(),
                config.nodes().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                node -> new ReadRouting.Place(
                                        node.getValue().stack(), node.getValue().zone()))),
                stack.stack(),
                stack.zone());
    }

    /** Text keys and values, in UTF-8; see {@link #connection(RedisCodec)}. */
    public StatefulRedisConnection<String, String> connection() {
        return connection(StringCodec.UTF8);
    }

    /**
     * A connection that routes each command. Costs nothing to make; closing it closes nothing else. Refuses, by a {@link
     * SharedConnectionException}, what would bind it to one caller: transactions, blocking commands, SELECT, SUBSCRIBE.
     */
    public <K, V> StatefulRedisConnection<K, V> connection(RedisCodec<K, V> codec) {
        return shared(codec, false, false);
    }

    /** As {@link #connection()}, with the reads, too, at the primary: they show all that was written before. */
    public StatefulRedisConnection<String, String> primary() {
        return primary(StringCodec.UTF8);
    }

    /** As {@link #primary()}, for keys and values of other types. */
    public <K, V> StatefulRedisConnection<K, V> primary(RedisCodec<K, V> codec) {
        return shared(codec, true, false);
    }

    /**
     * As {@link #connection()}, for writes of which twice is as good as once (SET, HSET, DEL, SADD, ZADD; not INCR, APPEND,
     * LPUSH): one whose answer was lost is sent again.
     */
    public StatefulRedisConnection<String, String> idempotent() {
        return idempotent(StringCodec.UTF8);
    }

    /** As {@link #idempotent()}, for keys and values of other types. */
    public <K, V> StatefulRedisConnection<K, V> idempotent(RedisCodec<K, V> codec) {
        return shared(codec, false, true);
    }

    /** Text keys and values, in UTF-8; see {@link #dedicated(RedisCodec)}. */
    public StatefulRedisConnection<String, String> dedicated() {
        return dedicated(StringCodec.UTF8);
    }

    /**
     * A connection of the caller's own to the present primary, for transactions and blocking commands; waits for a primary.
     * Each call opens one; close it. It stays with its node: when that is no primary any more, or hangs, it is closed, and
     * what is under way on it fails. It does not reconnect; ask for a new one. Not routed, not retried; commands have {@code
     * ha.redis.command-timeout}, and blocking ones their own time on top.
     *
     * @throws NoPrimaryException if there is none within {@code ha.redis.writes.wait}
     * @throws NotWritableException in a stack that may only read
     */
    public <K, V> StatefulRedisConnection<K, V> dedicated(RedisCodec<K, V> codec) {
        return own.open(prefix.applied(codec));
    }

    /** Text channels and messages, in UTF-8; see {@link #pubSub(RedisCodec)}. */
    public StatefulRedisPubSubConnection<String, String> pubSub() {
        return pubSub(StringCodec.UTF8);
    }

    /**
     * A connection that subscribes, to the primary, or while there is none, to a replica. It follows the topology, and
     * subscribes again after each change; what is published meanwhile is lost to it. Close it.
     *
     * @throws NoReplicaException if there is no node within {@code ha.redis.reads.wait}
     */
    public <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec) {
        return subscriptions.open(prefix.applied(codec));
    }

    /** Text keys and values, in UTF-8; see {@link #durable(RedisCodec, Durability)}. */
    public DurableWrites<String, String> durable(Durability durability) {
        return durable(StringCodec.UTF8, durability);
    }

    /** Writes that count only once replicas have them. Make one and keep it: it has connections of its own. */
    public <K, V> DurableWrites<K, V> durable(RedisCodec<K, V> codec, Durability durability) {
        return new DurableWrites<>(config, own, prefix.applied(codec), durability);
    }

    private <K, V> StatefulRedisConnection<K, V> shared(RedisCodec<K, V> codec, boolean primary, boolean idempotent) {
        Duration longest = max(config.writes().maxWait(), config.reads().maxWait())
                .plus(config.commandTimeout())
                .plus(MARGIN);
        return new SharedConnection<>(
                new RoutingWriter(channels.router(), clients.resources(), prefix, primary, idempotent),
                prefix.applied(codec),
                longest);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The topology as the last probes saw it; does no I/O. */
    public Snapshot topology() {
        return monitor.snapshot();
    }

    /**
     * Adds to what this store's health says, for as long as the returned handle is open.
     *
     * @param name of what it is about; the last of a name counts
     * @param words asked for at each {@link #health}; must not block
     */
    public AutoCloseable report(String name, Supplier<String> words) {
        health.report(name, words);
        return () -> health.unreport(name);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public StoreHealth health() {
        return health.of(channels.routes(), monitor.time().now());
    }

    @Override
    public boolean awaitReady(Duration timeout) throws InterruptedException {
        return monitor.await(() -> ready() ? Optional.of(true) : Optional.empty(), timeout)
                .isPresent();
    }

    private boolean ready() {
        RedisRoutes routes = channels.routes();
        return routes.complete()
                && routes.readers().stream().anyMatch(NodeChannel::ready)
                && (routes.writer() != null || !config.writable());
    }

    @Override
    public boolean close(Duration drain) {
        boolean drained = channels.router().drain(drain);
        subscriptions.close();
        own.close();
        channels.sentinels().ifPresent(Sentinels::close);
        monitor.close();
        channels.router().close();
        clients.close();
        return drained;
    }
}
