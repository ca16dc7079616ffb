package dev.hastack.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Redis Cluster, as operating-system processes of this machine: primaries {@code main-1}, {@code main-2}, ..., among
 * which the slots are divided evenly, and replicas {@code replica-1-1} of the first one, and so on.
 *
 * <p>As {@link RedisReplication} in all else. A node is taken for failed after 1 s without an answer. Thread-safe.
 */
public final class RedisCluster implements StoreCluster {
    static final String ENABLED = "cluster-enabled";

    private static final Logger LOG = LoggerFactory.getLogger(RedisCluster.class);
    private static final Duration HEALING = Duration.ofSeconds(60);
    private static final int SLOTS = 16_384;
    private static final int LOG_LINES = 40;

    private final RedisClusterLayout layout;
    private final RedisSetup setup = RedisSetup.create(false, false);
    private final List<RedisShard> shards;
    private final List<RedisNode> nodes;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    private RedisCluster(RedisClusterLayout layout) {
        this.layout = layout;
        this.shards = IntStream.rangeClosed(1, layout.primaries())
                .mapToObj(shard -> new RedisShard(
                        create("main-" + shard),
                        IntStream.rangeClosed(1, layout.replicasEach())
                                .mapToObj(replica -> create("replica-" + shard + "-" + replica))
                                .toList()))
                .toList();
        this.nodes = shards.stream().flatMap(RedisShard::nodes).toList();
    }

    private RedisNode create(String id) {
        return new RedisNode(
                id,
                setup,
                Map.of(
                        ENABLED,
                        "yes",
                        "cluster-node-timeout",
                        "1000",
                        "cluster-port",
                        Integer.toString(Ports.free()),
                        // Each replica stays with its primary.
                        "cluster-allow-replica-migration",
                        "no"));
    }

    /**
     * Starts a cluster, and returns when all slots are served and all nodes know that.
     *
     * @throws IllegalArgumentException as {@link RedisClusterLayout}
     * @throws IllegalStateException if it cannot be started; nothing is left behind
     */
    public static RedisCluster start(int primaries, int replicasEach) {
        long begin = System.nanoTime();
        var cluster = new RedisCluster(new RedisClusterLayout(primaries, replicasEach));
        try {
            cluster.form();
        } catch (RuntimeException e) {
            String logs = cluster.logs(LOG_LINES);
            cluster.close();
            throw new IllegalStateException("the cluster " + cluster.nodes + " did not start\n" + logs, e);
        }
        LOG.atInfo()
                .addKeyValue("nodes", cluster.nodes)
                .addKeyValue(
                        "millis", Duration.ofNanos(System.nanoTime() - begin).toMillis())
                .log("Redis Cluster started");
        return cluster;
    }

    private void form() {
        nodes.forEach(RedisNode::launch);
        nodes.forEach(RedisNode::awaitReady);
        nodes.forEach(RedisNode::rememberConfiguration);
        for (int i = 0; i < shards.size(); i++) {
            RedisNode main = shards.get(i).main();
            main.command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            main.command(
                    "CLUSTER",
                    "ADDSLOTSRANGE",
                    Integer.toString(SLOTS * i / shards.size()),
                    Integer.toString(SLOTS * (i + 1) / shards.size() - 1));
        }
        // Everyone meets everyone: to learn of others by gossip takes seconds.
        for (RedisNode node : nodes) {
            for (RedisNode other : nodes) {
                if (node != other) {
                    node.command(
                            "CLUSTER",
                            "MEET",
                            "127.0.0.1",
                            Integer.toString(other.port()),
                            other.setting("cluster-port"));
                }
            }
        }
        await("the meeting of all nodes", () -> nodes.stream().allMatch(node -> knows(node, nodes.size())));
        for (RedisShard shard : shards) {
            String main = String.valueOf(shard.main().command("CLUSTER", "MYID"));
            shard.replicas().forEach(replica -> replica.command("CLUSTER", "REPLICATE", main));
        }
        await("the cluster's forming", this::isWhole);
        nodes.forEach(RedisNode::rememberData);
    }

    /**
     * Makes the cluster anew of the same nodes, by CLUSTER RESET HARD: all data are gone, nodes have new ids, and epochs count
     * from the beginning. Returns when it is whole.
     */
    public void formAnew() {
        lock.lock();
        try {
            shards.forEach(shard -> shard.main().command("FLUSHALL"));
            nodes.forEach(node -> node.command("CLUSTER", "RESET", "HARD"));
            form();
        } finally {
            lock.unlock();
        }
    }

    private void await(String what, BooleanSupplier condition) {
        Await.until(() -> what, HEALING, condition, () -> logs(LOG_LINES));
    }

    /** All nodes, each primary before its replicas. */
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
                .orElseThrow(() -> new IllegalArgumentException("no node \"" + id + "\" among " + nodes));
    }

    public RedisClusterLayout layout() {
        return layout;
    }

    /**
     * Waits until another node has taken over the slots of {@code former}, and returns it.
     *
     * @throws IllegalStateException if none does within {@code limit}
     */
    public RedisNode awaitPrimaryOtherThan(RedisNode former, Duration limit) {
        RedisShard shard = shards.stream()
                .filter(candidate -> candidate.nodes().anyMatch(node -> node == former))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(former + " is none of " + nodes));
        return RedisPrimary.awaitOtherThan(former, shard::primary, limit, () -> logs(LOG_LINES));
    }

    @Override
    public Map<String, String> properties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("ha.redis.cluster", "true");
        nodes.forEach(node -> properties.put("ha.redis.nodes." + node.id() + ".address", node.address()));
        return properties;
    }

    /**
     * {@inheritDoc} A primary that was superseded gets its slots back by CLUSTER FAILOVER, once it has caught up.
     */
    @Override
    public void heal() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the cluster " + nodes + " is closed");
            }
            nodes.forEach(RedisNode::healProxy);
            if (nodes.stream().allMatch(node -> node.isRunning() && !node.isHung() && node.isConfigured())
                    && isWhole()) {
                return;
            }
            shards.forEach(RedisShard::save);
            nodes.forEach(RedisNode::launch);
            nodes.forEach(RedisNode::awaitReady);
            nodes.forEach(RedisNode::restoreConfiguration);
            await("the healing of the cluster", () -> {
                shards.forEach(RedisShard::restore);
                return isWhole();
            });
            nodes.forEach(RedisNode::rememberData);
        } finally {
            lock.unlock();
        }
    }

    /** Whether each shard is, and every node knows it. */
    private boolean isWhole() {
        return shards.stream().allMatch(RedisShard::isWhole) && nodes.stream().allMatch(this::isContent);
    }

    private static boolean knows(RedisNode node, int count) {
        List<String> lines = view(node);
        return lines.size() == count && lines.stream().noneMatch(line -> line.contains("handshake"));
    }

    /** Whether it has nothing to say against anybody, and everyone has the role of the layout in its eyes. */
    private boolean isContent(RedisNode node) {
        List<String> view = view(node);
        return view.size() == nodes.size()
                && String.valueOf(node.command("CLUSTER", "INFO")).contains("cluster_state:ok")
                && view.stream().noneMatch(line -> line.contains("fail") || line.contains("disconnected"))
                && shards.stream().allMatch(shard -> sees(view, shard.main(), "master"))
                && shards.stream()
                        .flatMap(shard -> shard.replicas().stream())
                        .allMatch(replica -> sees(view, replica, "slave"));
    }

    private static boolean sees(List<String> view, RedisNode node, String role) {
        return view.stream().anyMatch(line -> line.contains(" " + node.address() + "@") && line.contains(role + " "));
    }

    private static List<String> view(RedisNode node) {
        return String.valueOf(node.command("CLUSTER", "NODES")).lines().toList();
    }

    @Override
    public String logs(int lines) {
        return RedisProcess.logs(nodes.stream(), lines);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                nodes.forEach(RedisProcess::close);
                setup.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
