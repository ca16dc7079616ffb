package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.Secret;
import dev.hastack.core.config.ShownSecret;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.config.TlsConfig;
import dev.hastack.core.config.TlsVerify;
import dev.hastack.core.monitor.TlsDoubt;
import dev.hastack.core.tls.ClientTls;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.internal.Futures;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.IOUringProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.util.Timeout;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lettuce's clients, and the addresses of nodes. Probes have a client of their own: a user's callback that blocks Lettuce's
 * thread would else make every node look hung. Connections never reconnect by themselves, which would be to an address,
 * and not to a role. Thread-safe. Longer than most, since every way to make a connection is here, so that none does without the
 * options, credentials and watches of the others.
 */
final class NodeClients {
    private static final Duration MARGIN = Duration.ofSeconds(1);
    /** For what nothing else ends: a command that blocks for ever on a connection that is gone. */
    private static final Duration KEEP_ALIVE_IDLE = Duration.ofSeconds(5);

    private static final Duration KEEP_ALIVE_INTERVAL = Duration.ofSeconds(1);
    private static final int KEEP_ALIVE_COUNT = 3;
    /** Less than keep-alive takes: the system would else wait for minutes for the acknowledgement of what was sent. */
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(7);

    private final RedisConfig config;
    private final Optional<ClientTls> tls;
    private final Duration probeTimeout;
    private final String clientName;
    /** Milliseconds that Netty's threads stay when they have nothing to do any more: the end of a connection is told there, a little later. */
    private static final long QUIET = 10;
    /** How long the end of all threads may take. */
    private static final Duration ENDING = Duration.ofSeconds(2);

    private final ConcurrentHashMap<String, Address> addresses = new ConcurrentHashMap<>();
    private final LastWords lastWords = new LastWords();
    private final ClosableTimer timer = new ClosableTimer();
    private final ClientResources resources;
    private final ClientResources probeResources = DefaultClientResources.builder()
            .timer(timer)
            .nettyCustomizer(new NettyCustomizer() {
                @Override
                public void afterChannelInitialized(Channel channel) {
                    AnswerLimit.to(channel);
                    lastWords.of(channel);
                }
            })
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .build();
    /** Of connections that all callers share, which have no transactions. */
    private final ClientResources shared;

    private final RedisClient client;
    private final RedisClient own;
    private final SubscriberClient subscribers;
    private final RedisClient probes;
    private final Doubts doubts = new Doubts();
    private volatile Heartbeat.@Nullable Witness witness;
    private volatile boolean closing;

    NodeClients(RedisConfig config, StackConfig stack) {
        // Before anything that has threads, since it may throw.
        this(
                config,
                stack,
                config.tls().filter(TlsConfig::enabled).map(section -> new ClientTls("ha.redis.tls", section)));
    }

    private NodeClients(RedisConfig config, StackConfig stack, Optional<ClientTls> tls) {
        this.config = config;
        this.tls = tls;
        this.resources = DefaultClientResources.builder()
                .timer(timer)
                .nettyCustomizer(watching(stack, true))
                .build();
        this.probeTimeout = stack.probe().timeout();
        this.clientName = "ha-stack" + stack.stack().map(name -> "-" + name).orElse("") + "-"
                + stack.service().replaceAll("[^!-~]", "_");
        config.nodes().forEach((id, node) -> addresses.put(id, node.address()));
        this.shared = resources.mutate().nettyCustomizer(watching(stack, false)).build();
        this.client = new PrefixClient(shared);
        client.setOptions(options(lettucesLimit()).build());
        this.own = new PrefixClient(resources, new KeyPrefix(config.keyPrefix()));
        own.setOptions(options(lettucesLimit())
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands(true)
                        .timeoutSource(new CommandTimeouts(config.commandTimeout()))
                        .build())
                .build());
        this.subscribers = new SubscriberClient(resources, this, new KeyPrefix(config.keyPrefix()));
        subscribers.setOptions(options(config.connectTimeout()).build());
        this.probes = new PrefixClient(probeResources);
        probes.setOptions(options(lettucesLimit()).build());
    }

    private NettyCustomizer watching(StackConfig stack, boolean transactions) {
        return new NettyCustomizer() {
            @Override
            public void afterChannelInitialized(Channel channel) {
                lastWords.of(channel);
                Heartbeat.Witness known = witness;
                if (known != null) {
                    Heartbeat.watch(
                            channel, config.commandTimeout(), stack.probe().interval(), transactions, known);
                }
            }
        };
    }

    ClientOptions.Builder options(Duration connectTimeout) {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(sockets(connectTimeout));
        // A server that does not speak TLS says nothing, and that is only found out once the handshake is over.
        tls.ifPresent(with -> options.sslOptions(SslOptions.builder()
                .handshakeTimeout(connectTimeout)
                .sslContext(context -> {
                    context.trustManager(with.trust());
                    with.identity().ifPresent(own -> context.keyManager(own));
                })
                .build()));
        return options;
    }

    /** What the platform has of it: the JDK's sockets have no user timeout. */
    private static SocketOptions sockets(Duration connectTimeout) {
        SocketOptions.Builder sockets = SocketOptions.builder()
                .connectTimeout(connectTimeout)
                .keepAlive(SocketOptions.KeepAliveOptions.builder()
                        .enable()
                        .idle(KEEP_ALIVE_IDLE)
                        .interval(KEEP_ALIVE_INTERVAL)
                        .count(KEEP_ALIVE_COUNT)
                        .build())
                .tcpNoDelay(true);
        if (EpollProvider.isAvailable() || IOUringProvider.isAvailable()) {
            sockets.tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                    .enable()
                    .tcpUserTimeout(USER_TIMEOUT)
                    .build());
        }
        return sockets.build();
    }

    /** The connections that have fallen silent, which probes ask about. */
    Doubts doubts() {
        return doubts;
    }

    /** Asks a node about its connections that have fallen silent, on a probe's; the future never fails. */
    CompletableFuture<?> askOfDoubts(String node, RedisAsyncCommands<String, String> probe) {
        return doubts.at(at(node)).ask(probe);
    }

    /** Sets by whom nodes are asked about their connections; connections made before are not looked after. */
    void witness(Heartbeat.Witness next) {
        witness = next;
    }

    /** Within which a probe, or a Sentinel, has to answer. */
    Duration probeTimeout() {
        return probeTimeout;
    }

    ClientResources resources() {
        return resources;
    }

    /** All that a routed command may take: waits, an answer, and time in which the router says that there was none. */
    Duration longest() {
        Duration reads = config.reads().maxWait();
        Duration writes = config.writes().maxWait();
        return (reads.compareTo(writes) > 0 ? reads : writes)
                .plus(config.commandTimeout())
                .plus(CommandTimeouts.BACKSTOP);
    }

    /** Whether this stack writes. */
    boolean writable() {
        return config.writable();
    }

    /** Where this node is, configured or found. */
    Optional<Address> address(String node) {
        return Optional.ofNullable(addresses.get(node));
    }

    private Address at(String node) {
        return address(node).orElseThrow();
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
        return uri(node, config.connectTimeout());
    }

    private RedisURI uri(String node, Duration timeout) {
        return uri(at(node), config.username(), config.password(), timeout);
    }

    private RedisURI uri(Address address, Optional<String> username, Optional<Secret> password, Duration timeout) {
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(address.host())
                .withPort(address.port())
                .withTimeout(timeout)
                .withClientName(clientName)
                .withSsl(tls.isPresent())
                .withVerifyPeer(
                        switch (tls.map(ClientTls::verify).orElse(TlsVerify.FULL)) {
                            case FULL -> SslVerifyMode.FULL;
                            case CA -> SslVerifyMode.CA;
                            case NONE -> SslVerifyMode.NONE;
                        });
        // Asked at each connect, also of those connections that reconnect by themselves.
        password.ifPresent(secret -> uri.withAuthentication(RedisCredentialsProvider.from(() ->
                RedisCredentials.just(username.orElse(null), secret.value().toCharArray()))));
        return uri.build();
    }

    private RedisURI uriOfData(String node) {
        RedisURI uri = uri(node, lettucesLimit());
        uri.setDatabase(config.database());
        return uri;
    }

    /** For all callers. */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> connect(String node) {
        return closing
                ? closed()
                : inTime(
                        at(node),
                        config.password(),
                        () -> client.connectAsync(ByteArrayCodec.INSTANCE, uriOfData(node)));
    }

    /** For one caller, whose commands have deadlines of their own. */
    <K, V> CompletionStage<StatefulRedisConnection<K, V>> connectOwn(String node, RedisCodec<K, V> codec) {
        return closing ? closed() : inTime(at(node), config.password(), () -> own.connectAsync(codec, uriOfData(node)));
    }

    /** Which node subscribers connect to, each time that they do. */
    void subscribeTo(Supplier<Optional<String>> node) {
        subscribers.to(node);
    }

    /** There may be a node again, for subscribers without one. */
    void connectSubscribers() {
        subscribers.connectWaiting();
    }

    /** For a subscriber; connected again when it ends. */
    <K, V> StatefulRedisPubSubConnection<K, V> connectPubSub(RedisCodec<K, V> codec) {
        return subscribers.subscriber(codec);
    }

    /** For a probe: of no database. A node that refuses it lives all the same, so that connections that are silent are lost. */
    CompletionStage<StatefulRedisConnection<String, String>> connectProbe(String node) {
        if (closing) {
            return closed();
        }
        Doubts.Question question = doubts.at(at(node));
        CompletionStage<StatefulRedisConnection<String, String>> made = inTime(
                at(node), config.password(), () -> probes.connectAsync(StringCodec.UTF8, uri(node, lettucesLimit())));
        CompletionStage<StatefulRedisConnection<String, String>> unused = made.whenComplete((connection, error) -> {
            if (error != null) {
                question.failed(error);
            }
        });
        return made;
    }

    /** For the questions that a Sentinel is asked. */
    CompletionStage<StatefulRedisConnection<String, String>> connectSentinel(Address address) {
        RedisConfig.Sentinel sentinel = config.sentinel().orElseThrow();
        RedisURI uri = uri(address, sentinel.username(), sentinel.password(), lettucesLimit());
        return inTime(address, sentinel.password(), () -> probes.connectAsync(StringCodec.UTF8, uri));
    }

    /**
     * Lettuce's limit for what has its end by {@link #inTime}: never the first of the two. It closes the channel of a login whose answer may
     * lie there already, unread on a busy machine: then it hands out a connection, and closes it, as if the server had.
     */
    private Duration lettucesLimit() {
        return config.connectTimeout().plus(MARGIN);
    }

    /**
     * A connection that is waited for no longer than a connect may take: that there was none by then is silence, and no word of the
     * server's. One that comes when nobody waits for it any more is closed.
     */
    private <K, V> CompletionStage<StatefulRedisConnection<K, V>> inTime(
            Address server,
            Optional<Secret> password,
            Supplier<? extends CompletionStage<StatefulRedisConnection<K, V>>> attempt) {
        Duration most = config.connectTimeout();
        long begun = System.nanoTime();
        CompletableFuture<StatefulRedisConnection<K, V>> made = new CompletableFuture<>();
        Timeout limit = timer.newTimeout(
                due -> made.completeExceptionally(
                        new RedisCommandTimeoutException("no connection within " + most.toMillis() + " ms")),
                most.toNanos(),
                TimeUnit.NANOSECONDS);
        CompletionStage<StatefulRedisConnection<K, V>> unused = login(password, attempt)
                .whenComplete((connection, error) -> {
                    boolean unusedToo = limit.cancel();
                    if (error != null) {
                        made.completeExceptionally(lastWords.reason(server, begun, error));
                    } else if (!made.complete(connection)) {
                        OwnConnections.close(connection);
                    }
                });
        return made;
    }

    private static <T> CompletionStage<T> closed() {
        return CompletableFuture.failedStage(new RedisClosedException());
    }

    /** Once more if the password is another one by the time that the server has refused it. */
    private static <T> CompletionStage<T> login(
            Optional<Secret> password, Supplier<? extends CompletionStage<T>> attempt) {
        ShownSecret shown = new ShownSecret(password);
        Optional<String> unusedNow = shown.show();
        // Not on Lettuce's own kind of stage, of which exceptionallyCompose never ends.
        return attempt.get()
                .toCompletableFuture()
                .exceptionallyCompose(
                        refused -> RedisErrors.kind(refused).equals(Optional.of(Kind.DENIED)) && shown.renewed()
                                ? attempt.get()
                                : CompletableFuture.failedFuture(refused));
    }

    /** Whether this node speaks TLS where we do not, or the other way round. */
    TlsDoubt doubt(String node) {
        return doubt(() -> address(node));
    }

    TlsDoubt doubt(Supplier<Optional<Address>> server) {
        return new TlsDoubt(
                () -> server.get().map(at -> new InetSocketAddress(at.host(), at.port())),
                tls.isPresent(),
                probeTimeout.dividedBy(2),
                RedisErrors.TLS_ADVICE);
    }

    /** What nodes are shown. */
    ShownSecret password() {
        return new ShownSecret(config.password());
    }

    /** What Sentinels are shown. */
    ShownSecret passwordOfSentinels() {
        return new ShownSecret(config.sentinel().flatMap(RedisConfig.Sentinel::password));
    }

    /** The client of probes, for the Sentinels. */
    RedisClient probes() {
        return probes;
    }

    RedisURI sentinel(Address address) {
        RedisConfig.Sentinel sentinel = config.sentinel().orElseThrow();
        return uri(address, sentinel.username(), sentinel.password(), config.connectTimeout());
    }

    /**
     * Ends all connections and threads, and waits for that, but no longer than {@link #ENDING}: a callback of the program's that
     * blocks a thread of Netty's keeps its threads, which are daemons, until it gives that one back.
     *
     * @param others clients of the same threads, closed with them
     */
    void close(AbstractRedisClient... others) {
        closing = true;
        timer.silence();
        long until = System.nanoTime() + ENDING.toNanos();
        CompletableFuture<?> connections =
                CompletableFuture.allOf(Stream.concat(Stream.of(others), Stream.of(client, own, subscribers, probes))
                        .map(each -> each.shutdownAsync(QUIET, ENDING.toMillis(), TimeUnit.MILLISECONDS))
                        .toArray(CompletableFuture[]::new));
        await(connections, until);
        // The end of a connection is reported on these threads. Where a callback holds that up, they stay for as long:
        // otherwise Netty would log that they refuse the report. The callback may be the one that closes the stack.
        CompletableFuture<Void> ended =
                connections.handle((none, error) -> true).thenCompose(any -> endThreads());
        await(ended, until);
    }

    private CompletableFuture<Void> endThreads() {
        CompletableFuture<Void> ended = CompletableFuture.allOf(Stream.of(shared, resources, probeResources)
                .map(each -> each.shutdown(QUIET, ENDING.toMillis(), TimeUnit.MILLISECONDS))
                .map(Futures::toCompletionStage)
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new));
        var unused = timer.stop();
        return ended;
    }

    /** Waits for an end until then, however it ends. */
    static void await(Future<?> shutdown, long until) {
        try {
            Object unused = shutdown.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Its threads are daemons.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
