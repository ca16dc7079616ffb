package dev.hastack.elasticsearch;

import co.elastic.clients.json.JsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransport;
import co.elastic.clients.transport.ElasticsearchTransportBase;
import co.elastic.clients.transport.http.TransportHttpClient;
import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.elasticsearch.ElasticsearchProbe.ProbeClock;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes to one node: its HTTP client, replaced when that is dead or its connections are in doubt, and how much is under way.
 * Thread-safe.
 */
final class NodeChannel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NodeChannel.class);

    /** How many timeouts of connecting a probe may last if nobody ends it: more than the sixteen that the monitor allows at most. */
    private static final int UNGUARDED = 40;

    private final NodeConnector.Target target;
    private final NodeConnector connector;
    private final AtomicInteger underWay = new AtomicInteger();
    private final ProbeClock clock = new ProbeClock();
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile Client client;
    private volatile NodeBreaker breaker;
    private volatile @Nullable NodeInfo info;
    private volatile boolean returned;
    private volatile boolean closed;

    /** One HTTP client, with a transport for each JSON mapper that is used with it. */
    static final class Client {
        private final TransportHttpClient http;
        private final Map<JsonpMapper, ElasticsearchTransport> transports = new ConcurrentHashMap<>();
        private final AtomicInteger underWay = new AtomicInteger();

        private Client(TransportHttpClient http) {
            this.http = http;
        }

        /** Whether nothing is under way on it. */
        boolean unused() {
            return underWay.get() == 0;
        }

        ElasticsearchTransport transport(JsonpMapper mapper) {
            ElasticsearchTransport known = transports.get(mapper);
            return known != null
                    ? known
                    : transports.computeIfAbsent(mapper, m -> new ElasticsearchTransportBase(http, null, m) {});
        }
    }

    NodeChannel(NodeConnector.Target target, NodeConnector connector) {
        this.target = target;
        this.connector = connector;
        this.client = new Client(connector.connect(target));
        this.breaker = newBreaker();
    }

    private NodeBreaker newBreaker() {
        return new NodeBreaker("ha-elasticsearch-" + node(), Clock.systemUTC());
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

    Client begin() {
        underWay.incrementAndGet();
        Client to = client;
        to.underWay.incrementAndGet();
        return to;
    }

    /** @param answered whether the node has said anything */
    void ended(Client with, boolean answered) {
        with.underWay.decrementAndGet();
        underWay.decrementAndGet();
        if (answered) {
            if (!returned) {
                returned = true;
            }
            breaker.returned();
            clock.answered();
        }
    }

    /** Whether an answer came since the last call. */
    boolean takeReturned() {
        boolean was = returned;
        if (was) {
            returned = false;
        }
        return was;
    }

    /** Whether its client can send. */
    boolean running() {
        return connector.running(client.http);
    }

    /** The node is usable again, or for the first time: what it did before is over. */
    void usable() {
        breaker = newBreaker();
    }

    /** Makes a new client, unless that has been done already; the old one is closed by {@link #close(Client)}. */
    void renew(Client old) {
        renewing.lock();
        try {
            if (client == old && !closed) {
                client = new Client(connector.connect(target));
                log.atWarn()
                        .addKeyValue("node", node())
                        .log(
                                "the HTTP client of {} was replaced, since its I/O threads or its connections are dead",
                                node());
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

    /**
     * Where connections for the monitor go.
     *
     * @param timeout of connecting; how long an answer may take is the monitor's own to say
     */
    Supplier<HttpConnection> connections(java.time.Duration timeout) {
        NodeConnector.Target quick = new NodeConnector.Target(
                target.node(),
                target.address(),
                timeout,
                timeout.multipliedBy(UNGUARDED),
                1,
                target.headers(),
                target.tls(),
                target.verifyHost());
        return () -> new HttpConnection(quick);
    }
}
