package dev.hastack.redis;

import dev.hastack.core.config.Address;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.lettuce.core.sentinel.api.async.RedisSentinelAsyncCommands;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One Sentinel: a connection that it is asked on, and one on which it tells. Asked by one thread; closed by any. */
final class SentinelLink {
    private static final Logger log = LoggerFactory.getLogger(SentinelLink.class);

    private final String master;
    private final Address address;
    private final NodeClients clients;
    private final News news;
    private volatile @Nullable StatefulRedisSentinelConnection<String, String> connection;
    private volatile @Nullable StatefulRedisPubSubConnection<String, String> subscription;
    private volatile CompletableFuture<SentinelWord> asked = new CompletableFuture<>();
    private volatile boolean answered;
    private volatile @Nullable String failure;
    private volatile boolean closed;

    /** Told on Lettuce's thread of all that the Sentinel publishes. */
    interface News {
        void published(String channel, String message, Address sentinel);
    }

    SentinelLink(String master, Address address, NodeClients clients, News news) {
        this.master = master;
        this.address = address;
        this.clients = clients;
        this.news = news;
    }

    boolean answered() {
        return answered;
    }

    /** Why it did not answer last time. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Asks, and connects before that if there is no connection; does not wait. */
    void ask() {
        StatefulRedisSentinelConnection<String, String> open = connection;
        if (open != null && open.isOpen()) {
            asked = ask(open).toCompletableFuture();
            return;
        }
        RedisURI uri = clients.sentinel(address);
        asked = clients.probes().connectSentinelAsync(StringCodec.UTF8, uri).thenCompose(made -> {
            connection = made;
            if (closed) {
                close();
            }
            subscribe(uri);
            return ask(made);
        });
    }

    private CompletionStage<SentinelWord> ask(StatefulRedisSentinelConnection<String, String> to) {
        RedisSentinelAsyncCommands<String, String> commands = to.async();
        // In one write, so that the Sentinel answers all three of one state of its own: the count may be that of a
        // failover
        // under way, of which only the first names the new primary.
        CompletionStage<SocketAddress> where = commands.getMasterAddrByName(master);
        CompletionStage<Map<String, String>> what = commands.master(master);
        CompletionStage<List<Map<String, String>>> others = commands.replicas(master);
        return where.thenCombine(what, (primary, fields) -> word(primary, fields))
                .thenCombine(
                        others,
                        (word, replicas) -> new SentinelWord(
                                word.primary(),
                                word.runId(),
                                word.epoch(),
                                replicas.stream()
                                        .map(fields -> new Address(
                                                fields.getOrDefault("ip", ""),
                                                Integer.parseInt(fields.getOrDefault("port", "0"))))
                                        .toList(),
                                word.sentinel()));
    }

    private SentinelWord word(java.net.@Nullable SocketAddress primary, Map<String, String> fields) {
        if (!(primary instanceof InetSocketAddress at)) {
            throw new CompletionException(new IllegalStateException(unknown()));
        }
        Address named = new Address(at.getHostString(), at.getPort());
        boolean same = named.host().equals(fields.get("ip"))
                && String.valueOf(named.port()).equals(fields.get("port"));
        return new SentinelWord(
                named,
                same ? fields.getOrDefault("runid", "") : "",
                Long.parseLong(fields.getOrDefault("config-epoch", "0")),
                List.of(),
                address.toString());
    }

    private void subscribe(RedisURI uri) {
        CompletionStage<Void> unused = clients.probes()
                .connectPubSubAsync(StringCodec.UTF8, uri)
                .thenCompose(made -> {
                    StatefulRedisPubSubConnection<String, String> old = subscription;
                    subscription = made;
                    close(old);
                    if (closed) {
                        close();
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

    /** What it said, if it does so in time. */
    Optional<SentinelWord> answer(Duration atMost) throws InterruptedException {
        try {
            SentinelWord word = asked.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            answered = true;
            failure = null;
            return Optional.of(word);
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            String text = text(e);
            if (failure == null) {
                log.atWarn().addKeyValue("sentinel", address).log("{}", text);
            }
            answered = false;
            failure = text;
            drop();
            return Optional.empty();
        }
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
            CompletableFuture<Void> unused = old.closeAsync();
        }
    }

    private void drop() {
        close(connection);
        connection = null;
        close(subscription);
        subscription = null;
    }

    void close() {
        closed = true;
        drop();
    }
}
