package dev.hastack.redis;

import dev.hastack.core.StoreContext;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.HealthNotes;
import dev.hastack.core.health.NoteRegistration;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.select.ReadRouting;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.redis.queue.JobQueueBuilder;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** One primary and its replicas, with or without Sentinels. Thread-safe. */
final class Replication implements HaRedis {
    private final RedisConfig config;
    private final NodeClients clients;
    private final RedisChannels channels;
    private final Monitor monitor;
    private final RedisHealth health;
    private final KeyPrefix prefix;
    private final OwnConnections own;
    private final ReplicaReach reach;
    private final IdleConnections idle = new IdleConnections();
    private final Subscriptions subscriptions;
    private final HealthNotes notes = new HealthNotes();

    private Replication(RedisConfig config, NodeClients clients, RedisChannels channels, Monitor monitor) {
        this.config = config;
        this.clients = clients;
        this.channels = channels;
        this.monitor = monitor;
        this.health = new RedisHealth(config, channels, clients);
        this.prefix = new KeyPrefix(config.keyPrefix());
        this.own = new OwnConnections(config, clients, channels, monitor);
        this.reach = new ReplicaReach(channels, own, monitor);
        this.subscriptions = new Subscriptions(config, channels.router().policy(), clients, channels, monitor);
    }

    static Replication open(StoreContext context, RedisConfig config) {
        StackConfig stack = context.config();
        NodeClients clients = new NodeClients(config, stack);
        Lineage lineage =
                new Lineage(config.sentinel().map(RedisConfig.Sentinel::master).orElse("ha.redis"));
        SentinelNames names = new SentinelNames(clients::node);
        RedisChannels channels = new RedisChannels(config, clients, reads(context, config), lineage, names);
        Monitor monitor = new Monitor(
                new Monitor.Settings(
                        "redis",
                        config.nodes().keySet(),
                        Optional.of(lineage.identity()),
                        stack.probe().interval(config.reads().maxLag()),
                        stack.probe().timeout(),
                        config.connectTimeout(),
                        Optional.empty()),
                channels,
                context.events(),
                context.time(),
                context.machine());
        SentinelArbiter arbiter = new SentinelArbiter(config, clients, monitor, lineage, names);
        Optional<Sentinels> sentinels = config.sentinel()
                .map(named -> new Sentinels(
                        named,
                        clients,
                        names,
                        stack.probe().interval(),
                        stack.probe().timeout(),
                        config.connectTimeout(),
                        context.time(),
                        context.machine(),
                        arbiter::hear,
                        channels.router()));
        clients.witness(
                new ProbeWitness(clients.doubts(), node -> clients.node(node).ifPresent(monitor::doubt)));
        channels.start(monitor, sentinels);
        monitor.start();
        sentinels.ifPresent(Sentinels::start);
        return new Replication(config, clients, channels, monitor);
    }

    private static ReadRouting reads(StoreContext context, RedisConfig config) {
        return context.reads(
                config.reads().prefer(),
                config.reads().fallback(),
                config.reads().maxLag(),
                config.nodes().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                node -> new ReadRouting.Place(
                                        node.getValue().stack(), node.getValue().zone()))));
    }

    @Override
    public <K, V> StatefulRedisConnection<K, V> connection(RedisCodec<K, V> codec) {
        return shared(codec, false, false);
    }

    @Override
    public <K, V> StatefulRedisConnection<K, V> primary(RedisCodec<K, V> codec) {
        return shared(codec, true, false);
    }

    @Override
    public <K, V> StatefulRedisConnection<K, V> idempotent(RedisCodec<K, V> codec) {
        return shared(codec, false, true);
    }

    /**
     * Returns a connection of all callers.
     *
     * @param primary whether reads go to the primary, too
     * @param idempotent whether writes may be sent again after their answer was lost
     */
    private <K, V> StatefulRedisConnection<K, V> shared(RedisCodec<K, V> codec, boolean primary, boolean idempotent) {
        return new SharedConnection<>(
                new RoutingWriter(channels.router(), clients.resources(), prefix, primary, idempotent),
                codec,
                clients.longest());
    }

    @Override
    public <K, V> StatefulRedisConnection<K, V> dedicated(RedisCodec<K, V> codec) {
        return own.open(codec);
    }

    @Override
    public <K, V> StatefulRedisPubSubConnection<K, V> pubSub(RedisCodec<K, V> codec) {
        return subscriptions.open(codec);
    }

    @Override
    public <K, V> DurableWrites<K, V> durable(RedisCodec<K, V> codec, Durability durability) {
        return new WaitingWrites<>(config, own, reach, idle, codec, durability);
    }

    @Override
    public JobQueueBuilder queue(String name) {
        return JobQueueBuilder.of(this, name);
    }

    @Override
    public Snapshot topology() {
        return monitor.snapshot();
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
        return notes.addedTo(health.of(channels.routes(), monitor.time().now()));
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
                && (!config.writable()
                        || (routes.writer() != null
                                && routes.snapshot().writesRefused().isEmpty()));
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
