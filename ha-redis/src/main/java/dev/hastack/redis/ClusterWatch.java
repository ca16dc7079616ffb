package dev.hastack.redis;

import dev.hastack.core.health.Health;
import dev.hastack.core.monitor.Time;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every node of a Redis Cluster how it is, and one of them who they all are. The cluster decides by itself who is
 * primary; this only tells, keeps reads away from nodes that do not answer, and has Lettuce look again when something
 * changed. On a thread of its own. Thread-safe.
 */
final class ClusterWatch implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterWatch.class);
    /** Between two rounds while something is wrong, or was hinted at. */
    private static final Duration HASTE = Duration.ofMillis(100);

    private final ClusterNodes nodes;
    private final List<ClusterNode> seeds;
    private final NodeClients clients;
    private final Time time;
    private final Duration interval;
    private final Duration timeout;
    private final Runnable changed;
    private final Map<ClusterNode, ClusterProbe> probes = new LinkedHashMap<>();
    private final Thread thread = new Thread(this, "ha-redis-cluster-watch");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition seen = lock.newCondition();
    private List<RedisClusterNode> members = List.of();
    private volatile ClusterView view = ClusterView.NONE;
    private volatile boolean hinted;
    private volatile boolean closed;

    /** @param changed called after a round in which a role, a slot or a node's state became another; must not block */
    ClusterWatch(
            ClusterNodes nodes,
            List<ClusterNode> seeds,
            NodeClients clients,
            Time time,
            Duration interval,
            Duration timeout,
            Runnable changed) {
        this.nodes = nodes;
        this.seeds = seeds;
        this.clients = clients;
        this.time = time;
        this.interval = interval;
        this.timeout = timeout;
        this.changed = changed;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    ClusterView view() {
        return view;
    }

    /** Look soon. */
    void hint() {
        if (!hinted) {
            hinted = true;
            LockSupport.unpark(thread);
        }
    }

    boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0 || closed) {
                    return false;
                }
                left = seen.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        while (!closed) {
            long begin = System.nanoTime();
            try {
                hinted = false;
                look();
            } catch (InterruptedException e) {
                // Only close() interrupts.
                break;
            } catch (Throwable e) {
                log.atError().setCause(e).log("the watch of a Redis Cluster failed and goes on");
            }
            rest(begin);
        }
        probes.values().forEach(ClusterProbe::close);
    }

    private void rest(long begin) {
        while (!closed) {
            boolean hasty = (hinted || view.health() != Health.UP) && HASTE.compareTo(interval) < 0;
            long left = (hasty ? HASTE : interval).toNanos() - (System.nanoTime() - begin);
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    private void look() throws InterruptedException {
        List<ClusterNode> asked = members.isEmpty()
                ? seeds
                : members.stream().map(node -> nodes.at(node.getUri())).toList();
        probes.entrySet().removeIf(probe -> {
            boolean gone = !asked.contains(probe.getKey());
            if (gone) {
                probe.getValue().close();
            }
            return gone;
        });
        long until = System.nanoTime() + timeout.toNanos();
        Map<ClusterNode, CompletableFuture<ClusterProbe.Words>> questions = new LinkedHashMap<>();
        asked.forEach(node -> questions.put(node, probe(node).ask()));
        List<ClusterNode> ok = new ArrayList<>();
        List<ClusterNode> others = new ArrayList<>();
        for (Map.Entry<ClusterNode, CompletableFuture<ClusterProbe.Words>> question : questions.entrySet()) {
            ClusterNode node = question.getKey();
            try {
                ClusterProbe.Words words = get(question.getValue(), until);
                node.judge(new ClusterNode.Verdict(
                        null, NodeInfo.of(words.replication()).linked()));
                (words.ok() ? ok : others).add(node);
            } catch (ExecutionException | TimeoutException e) {
                node.judge(new ClusterNode.Verdict(fault(e), false));
                probe(node).close();
            }
        }
        boolean first = members.isEmpty();
        // Who says that all is well is not cut off from the others.
        others.stream().limit(ok.isEmpty() ? 1 : 0).forEach(ok::add);
        String state = ok.isEmpty() ? "unknown" : others.containsAll(ok) ? "fail" : "ok";
        for (ClusterNode speaker : ok) {
            try {
                members = members(get(probe(speaker).view(), System.nanoTime() + timeout.toNanos()));
                break;
            } catch (ExecutionException | TimeoutException e) {
                log.atDebug().setCause(e).log("{} does not tell its view of the cluster", speaker);
            }
        }
        publish(state);
        if (first && !members.isEmpty()) {
            // Of those that are no seeds nothing is known yet.
            hinted = true;
        }
    }

    private static List<RedisClusterNode> members(String view) {
        return ClusterPartitionParser.parse(view).stream()
                .filter(node -> !node.is(NodeFlag.NOADDR) && !node.is(NodeFlag.HANDSHAKE))
                .sorted(Comparator.comparing(node -> node.getUri().toString()))
                .toList();
    }

    private ClusterProbe probe(ClusterNode node) {
        return probes.computeIfAbsent(node, any -> {
            clients.found(node.node(), node.address());
            return new ClusterProbe(() -> clients.connectProbe(node.node()));
        });
    }

    private static <T> T get(CompletableFuture<T> future, long until)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private String fault(Exception error) {
        if (error instanceof TimeoutException) {
            return "no answer within " + timeout.toMillis() + " ms";
        }
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private void publish(String state) {
        ClusterView before = view;
        ClusterView next = members.isEmpty()
                ? ClusterVerdicts.ofSeeds(seeds, before, time.now())
                : ClusterVerdicts.of(state, members, nodes, before, time.now());
        lock.lock();
        try {
            view = next;
            seen.signalAll();
        } finally {
            lock.unlock();
        }
        if (!next.describe().equals(before.describe())) {
            log.atInfo().addKeyValue("store", "redis").log("redis: {}", next.describe());
            changed.run();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        lock.lock();
        try {
            seen.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(timeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
