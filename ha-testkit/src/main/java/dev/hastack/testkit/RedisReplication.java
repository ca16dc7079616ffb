package dev.hastack.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis primary with replicas and, if wanted, Sentinels, as operating-system processes of this machine.
 *
 * <pre>{@code
 * try (RedisReplication redis = RedisReplication.builder().node("main").node("replica").sentinels(3).start()) {
 *     RedisNode main = redis.primary();
 *     main.kill();
 *     RedisNode promoted = redis.awaitPrimaryOtherThan(main, Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>The server comes from the Maven artifact {@code org.signal:embedded-redis}, listens on free ports of the loopback
 * address, keeps everything in memory, and ends with the JVM however that ends. Started by root, it runs as
 * {@code nobody}. Sentinels take a node for down after 500 ms. Thread-safe.
 */
public final class RedisReplication implements StoreCluster {
    /** The name by which Sentinels know the primary. */
    public static final String SENTINEL_MASTER = "cms";

    private static final Logger LOG = LoggerFactory.getLogger(RedisReplication.class);
    private static final int LOG_LINES = 40;

    private final RedisLayout layout;
    private final RedisSetup setup;
    private final List<RedisNode> nodes;
    private final List<RedisSentinel> sentinels;
    private final RedisHealing healing;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    private RedisReplication(RedisLayout layout, RedisSetup setup) {
        this.layout = layout;
        this.setup = setup;
        this.nodes = layout.nodes().stream()
                .map(id -> new RedisNode(id, setup, layout.settings()))
                .toList();
        this.sentinels = IntStream.rangeClosed(1, layout.sentinels())
                .mapToObj(number -> new RedisSentinel("sentinel." + number, setup))
                .toList();
        this.healing = new RedisHealing(nodes, sentinels);
    }

    /** One node {@code main} without Sentinels, unless more is said. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts all, and returns when every replica has the primary's data and all Sentinels know each other.
     *
     * @throws IllegalStateException if it cannot be started; nothing is left behind
     */
    public static RedisReplication start(RedisLayout layout) {
        long begin = System.nanoTime();
        var redis = new RedisReplication(layout, RedisSetup.create(layout.password(), layout.tls()));
        try {
            redis.healing.start();
        } catch (RuntimeException e) {
            String logs = redis.logs(LOG_LINES);
            redis.close();
            throw new IllegalStateException("Redis on " + layout.nodes() + " did not start\n" + logs, e);
        }
        LOG.atInfo()
                .addKeyValue("nodes", redis.nodes)
                .addKeyValue("sentinels", redis.sentinels)
                .addKeyValue(
                        "millis", Duration.ofNanos(System.nanoTime() - begin).toMillis())
                .log("Redis started");
        return redis;
    }

    /** All nodes, in the order of the layout. */
    public List<RedisNode> nodes() {
        return nodes;
    }

    /**
     * The node of this id.
     *
     * @throws IllegalArgumentException if there is none
     */
    public RedisNode node(String id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node \"" + id + "\" among " + layout.nodes()));
    }

    /** All Sentinels; none unless the layout has some. */
    public List<RedisSentinel> sentinels() {
        return sentinels;
    }

    /**
     * The node that says it is the primary now; of several, one that has taken over from the others, the one that Sentinels
     * name, or else the one with the most replicas, in this order.
     *
     * @throws IllegalStateException if none runs and answers
     */
    public RedisNode primary() {
        return RedisPrimary.newest(nodes, sentinels)
                .orElseThrow(() -> new IllegalStateException("no node is a primary now\n" + logs(LOG_LINES)));
    }

    public RedisLayout layout() {
        return layout;
    }

    /**
     * Has Sentinels hand the primary's role over to a replica that they choose, as an operator does, and returns the new
     * primary as soon as it says that it is one. Until then the old one serves on.
     *
     * @throws IllegalStateException if there are no Sentinels, or they do not do so within 60 s
     */
    public RedisNode failover() {
        RedisNode former = primary();
        Await.until(
                () -> "a failover by Sentinels",
                RedisProcess.CHANGE,
                () -> {
                    try {
                        sentinel().command("SENTINEL", "FAILOVER", SENTINEL_MASTER);
                        return true;
                    } catch (RespClient.ErrorReply e) {
                        return false; // The last one is not over yet, or no replica is known well enough.
                    }
                },
                () -> logs(LOG_LINES));
        return awaitPrimaryOtherThan(former, RedisProcess.CHANGE);
    }

    /**
     * Replaces all Sentinels by ones that start from their first configuration: they watch the present primary, know nothing of earlier
     * failovers, and count epochs from 0. Returns when all of them name the primary.
     */
    public void renewSentinels() {
        RedisNode primary = primary();
        sentinels.forEach(RedisProcess::kill);
        sentinels.forEach(sentinel -> sentinel.configure(primary, nodes, sentinels, 0));
        sentinels.forEach(RedisProcess::start);
        Await.until(
                () -> "new Sentinels",
                RedisProcess.CHANGE,
                () -> sentinels.stream().allMatch(sentinel -> sentinel.names(primary)),
                () -> logs(LOG_LINES));
    }

    private RedisSentinel sentinel() {
        return sentinels.stream()
                .filter(sentinel -> sentinel.isRunning() && !sentinel.isHung())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Sentinel runs and answers, of " + sentinels));
    }

    /**
     * Waits until another node is the {@link #primary()}, by its own word, and returns it.
     *
     * @throws IllegalStateException if none does within {@code limit}
     */
    public RedisNode awaitPrimaryOtherThan(RedisNode former, Duration limit) {
        return RedisPrimary.awaitOtherThan(
                former, () -> RedisPrimary.newest(nodes, sentinels), limit, () -> logs(LOG_LINES));
    }

    /** {@inheritDoc} The processes' own addresses. */
    @Override
    public Map<String, String> properties() {
        return properties(RedisProcess::address);
    }

    /** As {@link #properties()}, through the {@linkplain RedisProcess#proxied() proxy} of each process. */
    public Map<String, String> proxiedProperties() {
        return properties(process -> process.proxied().address());
    }

    private Map<String, String> properties(Function<RedisProcess, String> address) {
        var properties = new LinkedHashMap<>(setup.clientProperties());
        nodes.forEach(node -> properties.put("ha.redis.nodes." + node.id() + ".address", address.apply(node)));
        if (!sentinels.isEmpty()) {
            properties.put("ha.redis.sentinel.master", SENTINEL_MASTER);
            properties.put(
                    "ha.redis.sentinel.nodes", sentinels.stream().map(address).collect(Collectors.joining(",")));
        }
        return properties;
    }

    /**
     * {@inheritDoc} After a promotion the first node takes over the newest primary's data and then its role; parameters
     * changed by CONFIG SET get their first values back. Where no primary is left, the replica with the most data serves
     * as one; where nothing is left, all start empty.
     */
    @Override
    public void heal() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("Redis on " + layout.nodes() + " is closed");
            }
            healing.heal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String logs(int lines) {
        return healing.logs(lines);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                sentinels.forEach(RedisProcess::close);
                nodes.forEach(RedisProcess::close);
                setup.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a replication shall be; not thread-safe. */
    public static final class Builder {
        private final List<String> nodes = new ArrayList<>();
        private final Map<String, String> settings = new LinkedHashMap<>();
        private int sentinels;
        private boolean password;
        private boolean tls;

        private Builder() {}

        /** Adds a node; the first one is the primary. */
        public Builder node(String id) {
            nodes.add(id);
            return this;
        }

        /** How many Sentinels; default 0. */
        public Builder sentinels(int count) {
            sentinels = count;
            return this;
        }

        /** Sets a parameter of redis.conf on every node. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Has clients log in to the nodes as the user {@code app}, who may do what is neither {@code @admin} nor
         * {@code @dangerous}, INFO and ROLE excepted; the password is new at each start, and in {@link
         * RedisReplication#properties()}. Sentinels ask for none.
         */
        public Builder password() {
            password = true;
            return this;
        }

        /**
         * Has nodes and Sentinels speak TLS only, with a key and a certificate made for this start; {@link
         * RedisReplication#properties()} then has what a client needs.
         */
        public Builder tls() {
            tls = true;
            return this;
        }

        /**
         * The layout as said so far.
         *
         * @throws IllegalArgumentException as {@link RedisLayout}
         */
        public RedisLayout layout() {
            return new RedisLayout(nodes.isEmpty() ? List.of("main") : nodes, sentinels, password, tls, settings);
        }

        /** As {@link RedisReplication#start(RedisLayout)}. */
        public RedisReplication start() {
            return RedisReplication.start(layout());
        }
    }
}
