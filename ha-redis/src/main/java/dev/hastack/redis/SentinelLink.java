package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.sentinel.RedisSentinelAsyncCommandsImpl;
import io.lettuce.core.sentinel.api.async.RedisSentinelAsyncCommands;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One Sentinel: a connection that it is asked on, and one on which it tells. Used by one thread. */
final class SentinelLink {
    private final String master;
    private final Address address;
    private final NodeClients clients;
    private final News news;
    private final SentinelLog log;
    private final Admission admission;
    private final TlsConnector connector;
    private final Inquiry<SentinelWord> inquiry = new Inquiry<>(this::connect, this::ask);
    private volatile @Nullable StatefulRedisPubSubConnection<String, String> subscription;
    /** Of the last question whether the subscription still lives, and when it was asked. */
    private volatile CompletableFuture<?> pong = CompletableFuture.completedFuture(null);

    private long pingedAt;
    private volatile boolean answered;
    private volatile @Nullable String failure;
    private long failedAt;
    private volatile boolean closed;

    /** Told on Lettuce's thread of all that the Sentinel publishes. */
    interface News {
        void published(String channel, String message, Address sentinel);
    }

    /** @param interval between two questions in calm times */
    SentinelLink(String master, Address address, NodeClients clients, Duration interval, News news, SentinelLog log) {
        this.master = master;
        this.address = address;
        this.clients = clients;
        this.news = news;
        this.log = log;
        this.admission = new Admission(clients.passwordOfSentinels(), interval);
        this.connector =
                new TlsConnector(() -> clients.connectSentinel(address), clients.doubt(() -> Optional.of(address)));
    }

    boolean answered() {
        return answered;
    }

    /** Why it did not answer last time. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    Inquiry<SentinelWord> inquiry() {
        return inquiry;
    }

    /** Asks, unless it owes an answer or denies, and connects before that if there is no connection; does not wait. */
    void ask(Instant now) {
        if (inquiry.owes() || admission.rests(now)) {
            return;
        }
        inquiry.ask(now);
        if (!inquiry.connects()) {
            listen(clients.sentinel(address));
        }
    }

    private CompletionStage<StatefulRedisConnection<String, String>> connect() {
        RedisURI uri = clients.sentinel(address);
        admission.shows();
        return connector.get().thenApply(made -> {
            if (subscription == null) {
                subscribe(uri);
            }
            return made;
        });
    }

    private CompletionStage<SentinelWord> ask(StatefulRedisConnection<String, String> to) {
        // Not by Lettuce's connection to Sentinels, which logs a warning each time that it cannot be made.
        RedisSentinelAsyncCommands<String, String> commands =
                new RedisSentinelAsyncCommandsImpl<>(to, StringCodec.UTF8);
        // In one write, so that the Sentinel answers all three of one state of its own: the count may be that of a
        // failover
        // under way, of which only the first names the new primary.
        CompletionStage<SocketAddress> where = commands.getMasterAddrByName(master);
        CompletionStage<Map<String, String>> what = commands.master(master);
        CompletionStage<List<Map<String, String>>> others = commands.replicas(master);
        return others.thenCompose(
                replicas -> where.thenCombine(what, (primary, listed) -> word(primary, listed, replicas)));
    }

    private SentinelWord word(
            @Nullable SocketAddress primary, Map<String, String> listed, List<Map<String, String>> replicas) {
        if (!(primary instanceof InetSocketAddress at)) {
            throw new CompletionException(new IllegalStateException(unknown()));
        }
        return SentinelWord.of(new Address(at.getHostString(), at.getPort()), listed, replicas, address.toString());
    }

    /** Sees to it that it would be told: a subscription that is silent, or gone, is made anew. */
    private void listen(RedisURI uri) {
        StatefulRedisPubSubConnection<String, String> open = subscription;
        long now = System.nanoTime();
        if (pong.isDone() && open != null && open.isOpen()) {
            pingedAt = now;
            pong = open.async().ping().toCompletableFuture();
        } else if (now - pingedAt > clients.probeTimeout().toNanos()) {
            pingedAt = now;
            subscribe(uri);
        }
    }

    private void subscribe(RedisURI uri) {
        CompletionStage<Void> unused = clients.probes()
                .connectPubSubAsync(StringCodec.UTF8, uri)
                .thenCompose(made -> {
                    StatefulRedisPubSubConnection<String, String> old = subscription;
                    subscription = made;
                    close(old);
                    pong = CompletableFuture.completedFuture(null);
                    if (closed) {
                        close(made);
                    }
                    made.addListener(new RedisPubSubAdapter<>() {
                        @Override
                        public void message(String pattern, String channel, String message) {
                            news.published(channel, message, address);
                        }
                    });
                    return made.async().psubscribe("+*", "-*", "failover*");
                });
    }

    /** What it has said, if anything has come of the last question; that it failed is told once. */
    Optional<SentinelWord> answer(Instant now) {
        Optional<CompletableFuture<SentinelWord>> outcome = inquiry.outcome();
        if (outcome.isEmpty()) {
            return Optional.empty();
        }
        try {
            SentinelWord word = outcome.get().join();
            if (failure != null) {
                log.back(address, Duration.ofNanos(System.nanoTime() - failedAt));
            }
            answered = true;
            admission.answered();
            failure = null;
            return Optional.of(word);
        } catch (CompletionException | CancellationException e) {
            fails(text(e));
            admission.failed(e, now);
            close(subscription);
            subscription = null;
            return Optional.empty();
        }
    }

    /** Nothing explains its silence but itself; its answer is read all the same when it comes. */
    void silent(Duration so) {
        if (answered || failure == null) {
            fails("Sentinel " + address + " does not answer: no answer within " + so.toMillis() + " ms");
        }
    }

    private void fails(String text) {
        if (failure == null) {
            failedAt = System.nanoTime();
            log.failed(text);
        }
        answered = false;
        failure = text;
    }

    /** Whether it was heard of, well or ill. */
    boolean judged() {
        return answered || failure != null;
    }

    private String text(Exception error) {
        String cause = RedisErrors.text(error);
        return cause.startsWith("ERR No such master")
                ? unknown()
                : "Sentinel " + address + " does not answer: " + cause;
    }

    private String unknown() {
        return "Sentinel " + address + " watches no primary by the name \"" + master
                + "\": ha.redis.sentinel.master has to be a name that SENTINEL MASTERS shows";
    }

    private static void close(@Nullable StatefulConnection<?, ?> old) {
        if (old != null) {
            OwnConnections.close(old);
        }
    }

    void close() {
        closed = true;
        inquiry.close();
        close(subscription);
        subscription = null;
    }
}
