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
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Lettuce's clients, and the addresses of nodes. Probes have a client of their own: a user's callback that blocks Lettuce's
 * thread would else make every node look hung. Connections never reconnect by themselves, which would be to an address,
 * and not to a role. Thread-safe.
 */
final class NodeClients implements AutoCloseable {
    private final RedisConfig config;
    private final Duration probeTimeout;
    private final String clientName;
    private final ConcurrentHashMap<String, Address> addresses = new ConcurrentHashMap<>();
    private final ClientResources resources = DefaultClientResources.create();
    private final ClientResources probeResources = DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .build();
    private final RedisClient client;
    private final RedisClient probes;

    NodeClients(RedisConfig config, StackConfig stack) {
        this.config = config;
        this.probeTimeout = stack.probe().timeout();
        this.clientName = "ha-stack" + stack.stack().map(name -> "-" + name).orElse("") + "-"
                + stack.service().replaceAll("[^!-~]", "_");
        config.nodes().forEach((id, node) -> addresses.put(id, node.address()));
        this.client = client(resources, config.connectTimeout());
        this.probes = client(probeResources, probeTimeout);
    }

    private RedisClient client(ClientResources of, Duration connectTimeout) {
        RedisClient made = RedisClient.create(of);
        made.setOptions(options(connectTimeout).build());
        return made;
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

    /** Where this node is, configured or found. */
    Optional<Address> address(String node) {
        return Optional.ofNullable(addresses.get(node));
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

    /** For callers. */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> connect(String node) {
        return connect(node, ByteArrayCodec.INSTANCE);
    }

    /** For one caller, in the configured database. */
    <K, V> CompletionStage<StatefulRedisConnection<K, V>> connect(String node, RedisCodec<K, V> codec) {
        RedisURI uri = uri(node);
        uri.setDatabase(config.database());
        return client.connectAsync(codec, uri);
    }

    /** For a probe: of no database. */
    CompletionStage<StatefulRedisConnection<String, String>> connectProbe(String node) {
        RedisURI uri = uri(node);
        uri.setTimeout(probeTimeout);
        return probes.connectAsync(io.lettuce.core.codec.StringCodec.UTF8, uri);
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
        client.shutdown(0, 1, TimeUnit.SECONDS);
        probes.shutdown(0, 1, TimeUnit.SECONDS);
        Future<Boolean> one = resources.shutdown(0, 1, TimeUnit.SECONDS);
        Future<Boolean> other = probeResources.shutdown(0, 1, TimeUnit.SECONDS);
        await(one);
        await(other);
    }

    private static void await(Future<Boolean> shutdown) {
        try {
            Boolean unused = shutdown.get(2, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            // Its threads are daemons.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
