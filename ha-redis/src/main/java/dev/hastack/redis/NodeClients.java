package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.Secret;
import dev.hastack.core.config.StackConfig;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Lettuce's clients, and the addresses of nodes. Probes have a client of their own: a user's callback that blocks Lettuce's
 * thread would else make every node look hung. Connections never reconnect by themselves, which would be to an address,
 * and not to a role. Thread-safe.
 */
final class NodeClients implements AutoCloseable {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final RedisConfig config;
    private final Duration probeTimeout;
    private final String clientName;
    /** Milliseconds that Netty's threads stay when they have nothing to do any more: the end of a connection is told there, a little later. */
    private static final long QUIET = 10;

    private final ConcurrentHashMap<String, Address> addresses = new ConcurrentHashMap<>();
    private final ClientResources resources = DefaultClientResources.create();
    private final ClientResources probeResources = DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .build();
    private final ClientResources subscriberResources;
    private final RedisClient client;
    private final RedisClient own;
    private final SubscriberClient subscribers;
    private final RedisClient probes;

    NodeClients(RedisConfig config, StackConfig stack) {
        this.config = config;
        this.probeTimeout = stack.probe().timeout();
        this.clientName = "ha-stack" + stack.stack().map(name -> "-" + name).orElse("") + "-"
                + stack.service().replaceAll("[^!-~]", "_");
        config.nodes().forEach((id, node) -> addresses.put(id, node.address()));
        this.subscriberResources = resources
                .mutate()
                .reconnectDelay(
                        Delay.fullJitter(Duration.ofMillis(1), Duration.ofMillis(250), 2, TimeUnit.MILLISECONDS))
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(options(config.connectTimeout()).build());
        this.own = new PrefixClient(resources, new KeyPrefix(config.keyPrefix()));
        own.setOptions(options(config.connectTimeout())
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands(true)
                        .timeoutSource(new CommandTimeouts(config.commandTimeout()))
                        .build())
                .build());
        this.subscribers = new SubscriberClient(subscriberResources, this);
        subscribers.setOptions(
                options(config.connectTimeout()).autoReconnect(true).build());
        this.probes = RedisClient.create(probeResources);
        probes.setOptions(options(probeTimeout).build());
    }

    ClientOptions.Builder options(Duration connectTimeout) {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(connectTimeout)
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build());
        if (config.tls()) {
            SslOptions.Builder tls = SslOptions.builder();
            config.tlsTrustCertificates().ifPresent(file -> tls.trustManager(file.toFile()));
            config.tlsCertificate()
                    .ifPresent(file -> tls.keyManager(
                            file.toFile(), config.tlsKey().orElseThrow().toFile(), null));
            options.sslOptions(tls.build());
        }
        return options;
    }

    ClientResources resources() {
        return resources;
    }

    /** Of clients that reconnect by themselves, soon, and not all at the same moment. */
    ClientResources reconnecting() {
        return subscriberResources;
    }

    /** All that a routed command may take: waits, an answer, and some time to say that there was none. */
    Duration longest() {
        Duration reads = config.reads().maxWait();
        Duration writes = config.writes().maxWait();
        return (reads.compareTo(writes) > 0 ? reads : writes)
                .plus(config.commandTimeout())
                .plus(MARGIN);
    }

    /** Where this node is, configured or found. */
    Optional<Address> address(String node) {
        return Optional.ofNullable(addresses.get(node));
    }

    /** The node that is known by this address. */
    Optional<String> node(Address address) {
        return addresses.entrySet().stream()
                .filter(node -> node.getValue().equals(address))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** A node that Sentinel has named. */
    void found(String node, Address address) {
        addresses.putIfAbsent(node, address);
    }

    RedisURI uri(String node) {
        return uri(address(node).orElseThrow(), config.username(), config.password(), config.connectTimeout());
    }

    private RedisURI uri(Address address, Optional<String> username, Optional<Secret> password, Duration timeout) {
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(address.host())
                .withPort(address.port())
                .withTimeout(timeout)
                .withClientName(clientName)
                .withSsl(config.tls())
                .withVerifyPeer(
                        switch (config.tlsVerify()) {
                            case FULL -> SslVerifyMode.FULL;
                            case CA -> SslVerifyMode.CA;
                            case NONE -> SslVerifyMode.NONE;
                        });
        password.ifPresent(secret -> {
            if (username.isPresent()) {
                uri.withAuthentication(username.get(), secret.value().toCharArray());
            } else {
                uri.withPassword(secret.value().toCharArray());
            }
        });
        return uri.build();
    }

    private RedisURI uriOfData(String node) {
        RedisURI uri = uri(node);
        uri.setDatabase(config.database());
        return uri;
    }

    /** For all callers. */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> connect(String node) {
        return client.connectAsync(ByteArrayCodec.INSTANCE, uriOfData(node));
    }

    /** For one caller, whose commands have deadlines of their own. */
    <K, V> CompletionStage<StatefulRedisConnection<K, V>> connectOwn(String node, RedisCodec<K, V> codec) {
        return own.connectAsync(codec, uriOfData(node));
    }

    /** Which node subscribers connect to, each time that they do. */
    void subscribeTo(Supplier<Optional<String>> node) {
        subscribers.to(node);
    }

    /** For a subscriber; reconnects by itself. */
    <K, V> StatefulRedisPubSubConnection<K, V> connectPubSub(RedisCodec<K, V> codec) {
        return subscribers.connectPubSub(codec, subscribers.uri());
    }

    /** For a probe: of no database. */
    CompletionStage<StatefulRedisConnection<String, String>> connectProbe(String node) {
        RedisURI uri = uri(node);
        uri.setTimeout(probeTimeout);
        return probes.connectAsync(StringCodec.UTF8, uri);
    }

    /** The client of probes, for the Sentinels. */
    RedisClient probes() {
        return probes;
    }

    RedisURI sentinel(Address address) {
        RedisConfig.Sentinel sentinel = config.sentinel().orElseThrow();
        return uri(address, sentinel.username(), sentinel.password(), probeTimeout);
    }

    @Override
    public void close() {
        List.of(client, own, subscribers, probes).forEach(each -> each.shutdown(QUIET, 1_000, TimeUnit.MILLISECONDS));
        await(subscriberResources.shutdown(QUIET, 1_000, TimeUnit.MILLISECONDS));
        Future<Boolean> one = resources.shutdown(QUIET, 1_000, TimeUnit.MILLISECONDS);
        Future<Boolean> other = probeResources.shutdown(QUIET, 1_000, TimeUnit.MILLISECONDS);
        await(one);
        await(other);
    }

    private static void await(Future<Boolean> shutdown) {
        try {
            Boolean unused = shutdown.get(2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Its threads are daemons.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
