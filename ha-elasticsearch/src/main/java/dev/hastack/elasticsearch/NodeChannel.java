package dev.hastack.elasticsearch;

import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.ElasticsearchTransportBase;
import co.elastic.clients.transport.http.TransportHttpClient;
import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.core.monitor.TlsDoubt;
import dev.hastack.elasticsearch.ElasticsearchProbe.ProbeClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What goes to one node: its HTTP client, replaced when that is dead or its connections are in doubt, and how much is under way.
 * Thread-safe.
 */
final class NodeChannel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NodeChannel.class);

    /** How long it counts, in ns, that no connection could be made: after that nobody knows whether one still could not. */
    private static final long COUNTS = 15_000_000_000L;

    /** Between two lines of one kind, in ns. */
    private static final long TELL_EVERY = 60_000_000_000L;

    private final NodeConnector.Target target;
    private final NodeConnector connector;
    private final AtomicInteger underWay = new AtomicInteger();
    private final ProbeClock clock = new ProbeClock();
    private final WritePace writes = new WritePace();
    private final Neglect neglect = new Neglect();
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile Client client;
    private volatile NodeBreaker breaker;
    private long toldAt = System.nanoTime() - TELL_EVERY;
    private volatile @Nullable NodeInfo info;
    private volatile @Nullable Unreached unreached;
    private volatile boolean returned;
    private volatile boolean closed;

    /** A request could not be sent, since no connection could be made; when, as {@link System#nanoTime()}. */
    private record Unreached(String why, long at) {}

    /** Why an HTTP client is replaced. Only what is known to be broken is worth a line; the others are a precaution. */
    enum Renewal {
        DEAD(Level.WARN, "its I/O threads have died"),
        SILENT(Level.DEBUG, "requests had no answer"),
        HUNG(Level.DEBUG, "the node hung, and may not know them any more");

        private final Level level;
        private final String text;

        Renewal(Level level, String text) {
            this.level = level;
            this.text = text;
        }
    }

    /** One HTTP client, with a transport for each JSON mapper that is used with it. */
    static final class Client {
        private final TransportHttpClient http;
        private final TransportHttpClient checked;
        private final Map<JsonpMapper, ElasticsearchTransport> transports = new ConcurrentHashMap<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private final long madeAt = System.nanoTime();
        private volatile long answeredAt = madeAt;
        private volatile boolean doubted;
        private volatile @Nullable Renewal retired;

        private Client(TransportHttpClient http) {
            this.http = http;
            this.checked = new AnswerCheck(http);
        }

        /** Whether it is older than that, as {@link System#nanoTime()}. */
        boolean before(long time) {
            return madeAt - time < 0;
        }

        /**
         * Whether it has brought no answer since a request was sent on it; what came soon after that may have been on its way.
         *
         * @param sentAt as {@link System#nanoTime()}, as is {@code now}
         */
        boolean silentSince(long sentAt, long now) {
            return before(sentAt) && now - answeredAt >= (now - sentAt) / 2;
        }

        /** The same of one that brought answers before: its connections may be dead. */
        boolean fellSilent(long sentAt, long now) {
            return silentSince(sentAt, now) && answered();
        }

        /** Whether it has brought an answer. */
        boolean answered() {
            return answeredAt != madeAt;
        }

        /** When it has brought an answer last, as {@link System#nanoTime()}; when it was made, if it has brought none. */
        long answeredAt() {
            return answeredAt;
        }

        /** It was replaced since it had brought no answer for long. */
        void doubt() {
            doubted = true;
        }

        /** Whether it was; an answer of it says that this was a mistake. */
        boolean doubted() {
            return doubted;
        }

        /** Nothing more is to be sent on it; another will take its place. */
        void retire(Renewal why) {
            retired = why;
        }

        /** Whether nothing is under way on it. */
        boolean unused() {
            return underWay.get() == 0;
        }

        ElasticsearchTransport transport(JsonpMapper mapper) {
            ElasticsearchTransport known = transports.get(mapper);
            return known != null
                    ? known
                    : transports.computeIfAbsent(mapper, m -> new ElasticsearchTransportBase(checked, null, m) {});
        }
    }

    NodeChannel(NodeConnector.Target target, NodeConnector connector) {
        this.target = target;
        this.connector = connector;
        this.client = new Client(connector.connect(target));
        this.breaker = newBreaker();
    }

    private NodeBreaker newBreaker() {
        return new NodeBreaker("ha-elasticsearch-" + node());
    }

    String node() {
        return target.node();
    }

    NodeConnector.Target target() {
        return target;
    }

    ProbeClock clock() {
        return clock;
    }

    NodeBreaker breaker() {
        return breaker;
    }

    int underWay() {
        return underWay.get();
    }

    boolean hasRoom() {
        return underWay.get() < target.connections();
    }

    /** As it said of itself last. */
    @Nullable
    NodeInfo info() {
        return info;
    }

    void informed(NodeInfo news) {
        info = news;
    }

    /** Counts a request as under way, on a client that is not to be replaced. */
    Client begin() {
        Client to = client;
        Renewal why = to.retired;
        if (why != null) {
            // Whoever was to do so has not got to it.
            renew(to, why);
            to = client;
        }
        underWay.incrementAndGet();
        to.underWay.incrementAndGet();
        return to;
    }

    /** @param answered whether the node has said anything */
    void ended(Client with, boolean answered) {
        with.underWay.decrementAndGet();
        underWay.decrementAndGet();
        if (answered) {
            with.answeredAt = System.nanoTime();
            if (unreached != null) {
                unreached = null;
            }
            if (!returned) {
                returned = true;
            }
            breaker.returned();
            clock.answered();
        }
    }

    /** A request was not sent, since no connection could be made. */
    void unreached(Throwable error) {
        unreached = new Unreached(String.valueOf(error.getMessage()), System.nanoTime());
    }

    /** Why no connection could be made when one was wanted last, if nothing was answered since. */
    Optional<String> cannotConnect() {
        return Optional.ofNullable(unreached)
                .filter(last -> System.nanoTime() - last.at() < COUNTS)
                .map(Unreached::why);
    }

    /** Whether an answer came since the last call. */
    boolean takeReturned() {
        breaker.look();
        boolean was = returned;
        if (was) {
            returned = false;
        }
        return was;
    }

    /** How long it takes for writes. */
    WritePace writes() {
        return writes;
    }

    /**
     * A request was given up whose caller gave it little time. Returns whether that counts against the node: it has answered nobody since
     * the first of these was sent, and others were answered.
     *
     * @param sentAt when it was sent
     * @param answers how many requests all nodes have answered by now
     */
    boolean answersOnlyOthers(long sentAt, long answers) {
        Client now = client;
        return neglect.shown(sentAt, now.answered() ? OptionalLong.of(now.answeredAt) : OptionalLong.empty(), answers);
    }

    /** Closes the idle connections of its client that have brought no answer since then; both as {@link System#nanoTime()}. */
    void closeIdle(long since, long now) {
        try {
            connector.closeIdle(client.http, Duration.ofNanos(Math.max(0, now - since)));
        } catch (RuntimeException e) {
            // Of a connector of somebody else's; callers are served without that.
            log.atDebug().setCause(e).log("closing idle connections to {}", node());
        }
    }

    /** Whether its client can send. */
    boolean running() {
        return connector.running(client.http);
    }

    /** The node is usable again, or for the first time: what it did before is over. */
    void usable() {
        breaker = newBreaker();
    }

    /**
     * Makes a new client, unless that has been done already; the old one is closed by {@link #close(Client)}.
     *
     * @param why for the log
     */
    void renew(Client old, Renewal why) {
        renewing.lock();
        try {
            if (client == old && !closed) {
                client = new Client(connector.connect(target));
                long now = System.nanoTime();
                boolean told = now - toldAt < TELL_EVERY;
                toldAt = told ? toldAt : now;
                log.atLevel(told ? Level.DEBUG : why.level)
                        .addKeyValue("node", node())
                        .log("the HTTP client of {} was replaced, with its connections: {}", node(), why.text);
            }
        } finally {
            renewing.unlock();
        }
    }

    Client client() {
        return client;
    }

    static void close(Client client) {
        try {
            client.http.close();
        } catch (IOException | RuntimeException e) {
            log.atDebug().setCause(e).log("closing an HTTP client");
        }
    }

    @Override
    public void close() {
        closed = true;
        close(client);
    }

    @Override
    public String toString() {
        return target.toString();
    }

    /** Whether it speaks TLS where its address does not say so, or the other way round. */
    TlsDoubt doubt() {
        URI at = target.address();
        return new TlsDoubt(
                () -> Optional.of(new InetSocketAddress(at.getHost(), at.getPort())),
                "https".equals(at.getScheme()),
                target.connectTimeout().dividedBy(8),
                ElasticsearchErrors.TLS_ADVICE);
    }

    /** Where connections for the monitor go; how long an answer may take is the monitor's own to say. */
    Supplier<HttpConnection> connections() {
        NodeConnector.Target own = new NodeConnector.Target(
                target.node(),
                target.address(),
                target.connectTimeout(),
                Duration.ZERO,
                1,
                target.identity()::renewed,
                target.tls(),
                target.verifyHost());
        return () -> new HttpConnection(own);
    }
}
