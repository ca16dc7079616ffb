package dev.hastack.testkit;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Brings a replication back to its layout.
 *
 * <p>As long as nobody else was promoted, the first node is the primary still: what hangs or is gone comes back, and
 * replicas are pointed at it. After a promotion the first node replicates the newest primary until both have the same,
 * and takes over by Redis's own FAILOVER. Sentinels would interfere with that: they are gone meanwhile, and start with
 * new files, of a higher epoch, in which they know everybody.
 */
final class RedisHealing {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    /** Sentinels that can do so clear their flags within their next ping, which is faster than a start. */
    private static final Duration CONTENTMENT = Duration.ofMillis(150);

    private static final int LOG_LINES = 20;

    private final List<RedisNode> nodes;
    private final RedisNode main;
    private final List<RedisSentinel> sentinels;
    private long epoch;

    RedisHealing(List<RedisNode> nodes, List<RedisSentinel> sentinels) {
        this.nodes = nodes;
        this.main = nodes.get(0);
        this.sentinels = sentinels;
    }

    void start() {
        main.start();
        nodes.forEach(node -> {
            if (node != main) {
                node.pointAt(main);
                node.launch();
            }
        });
        nodes.forEach(RedisNode::awaitReady);
        nodes.forEach(RedisNode::rememberConfiguration);
        awaitReplication();
        nodes.forEach(RedisNode::rememberData);
        startSentinels();
    }

    void heal() {
        nodes.forEach(RedisNode::healProxy);
        sentinels.forEach(RedisSentinel::healProxy);
        if (replicates() && nodes.stream().allMatch(RedisNode::isConfigured) && areContent()) {
            awaitReplication();
            return;
        }
        RedisNode source = source();
        if (source != main
                || !main.isPrimary()
                || nodes.stream().anyMatch(node -> node != main && node.isRunning() && !node.isPointedAt(main))) {
            sentinels.forEach(RedisSentinel::kill);
        }
        for (RedisNode node : nodes) {
            if (node != source && !node.isRunning()) {
                node.pointAt(source);
            }
            node.launch();
        }
        nodes.forEach(RedisNode::awaitReady);
        nodes.forEach(RedisNode::restoreConfiguration);
        if (!source.isPrimary()) {
            source.promote();
        }
        if (source != main) {
            main.follow(source);
            handOver(source);
        }
        nodes.stream().filter(node -> node != main && !node.follows(main)).forEach(node -> node.pointAt(main));
        awaitReplication();
        nodes.forEach(RedisNode::rememberData);
        if (!Await.holds(CONTENTMENT, this::areContent)) {
            startSentinels();
        }
    }

    /** Whose data all are to have: the newest primary, or else the replica that got the most. */
    private RedisNode source() {
        Optional<RedisNode> primary = RedisPrimary.newest(nodes, sentinels);
        if (primary.isEmpty()) {
            nodes.forEach(RedisNode::resume);
            primary = RedisPrimary.newest(nodes, sentinels);
        }
        return primary.or(() -> nodes.stream()
                        .filter(RedisNode::isRunning)
                        .max(Comparator.comparingLong(RedisNode::offset)
                                .thenComparing(nodes::indexOf, Comparator.reverseOrder())))
                .orElse(main);
    }

    private void handOver(RedisNode source) {
        Await.until(
                () -> "the return of the primary's role from " + source.id() + " to " + main.id(),
                CATCH_UP,
                () -> {
                    if (main.isPrimary()) {
                        return true;
                    }
                    if ("no-failover".equals(source.info().get("master_failover_state"))) {
                        try {
                            source.command(
                                    "FAILOVER", "TO", "127.0.0.1", Integer.toString(main.port()), "TIMEOUT", "5000");
                        } catch (RespClient.ErrorReply e) {
                            return false; // The replica is not online yet.
                        }
                    }
                    return false;
                },
                () -> logs(LOG_LINES));
        source.command("CONFIG", "REWRITE");
        main.command("CONFIG", "REWRITE");
    }

    private void startSentinels() {
        sentinels.forEach(RedisSentinel::kill);
        epoch = sentinels.stream().mapToLong(RedisSentinel::epoch).max().orElse(0) + 1;
        sentinels.forEach(sentinel -> sentinel.configure(main, nodes, sentinels, epoch));
        sentinels.forEach(RedisSentinel::launch);
        sentinels.forEach(RedisSentinel::awaitReady);
        // The first one has found the last one missing, and would try again after a second.
        sentinels.forEach(sentinel -> sentinel.ping(Duration.ofMillis(20)));
        Await.until(() -> "agreement of the Sentinels", CATCH_UP, this::areContent, () -> logs(LOG_LINES));
        sentinels.forEach(sentinel -> sentinel.ping(RedisSentinel.PING_PERIOD));
    }

    private boolean areContent() {
        return sentinels.stream().allMatch(sentinel -> sentinel.isContent(main, nodes.size() - 1, sentinels.size()));
    }

    private void awaitReplication() {
        Await.until(() -> "replication from " + main.id(), CATCH_UP, this::replicates, () -> logs(LOG_LINES));
        // Whoever has just had its first copy counts as online, and gets what is written only once it has acknowledged
        // that
        // copy, within a second: until then a failover would lose all that was acknowledged.
        main.command("PUBLISH", "testkit", "");
        Await.until(() -> "a message from " + main.id(), CATCH_UP, this::replicates, () -> logs(LOG_LINES));
    }

    /** Whether every other node replicates the first one and has what that has written. */
    private boolean replicates() {
        if (nodes.stream().anyMatch(RedisNode::isHung)) {
            return false;
        }
        var primary = main.info();
        if (!"master".equals(primary.get("role"))
                || !Integer.toString(nodes.size() - 1).equals(primary.get("connected_slaves"))) {
            return false;
        }
        long written = Long.parseLong(primary.getOrDefault("master_repl_offset", "0"));
        boolean online = primary.entrySet().stream()
                .filter(entry -> entry.getKey().matches("slave\\d+"))
                .allMatch(entry -> entry.getValue().contains("state=online"));
        return online
                && nodes.stream().allMatch(node -> node == main || (node.follows(main) && node.offset() >= written));
    }

    String logs(int lines) {
        return RedisProcess.logs(Stream.concat(nodes.stream(), sentinels.stream()), lines);
    }
}
