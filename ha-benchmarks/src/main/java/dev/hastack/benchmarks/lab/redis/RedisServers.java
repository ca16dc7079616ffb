package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.RedisSentinel;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A primary (main) and two replicas, watched by three Sentinels. */
public record RedisServers(RedisReplication replication) implements Servers {
    private static final Duration SYNCED = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

    /** Starts them; returns when they are whole. */
    public static RedisServers start() {
        return new RedisServers(RedisReplication.builder()
                .node("main")
                .node("replica-1")
                .node("replica-2")
                .sentinels(3)
                .start());
    }

    RedisNode main() {
        return replication.node("main");
    }

    /** Those that follow main while all is well. */
    List<RedisNode> replicas() {
        return List.of(replication.node("replica-1"), replication.node("replica-2"));
    }

    List<RedisSentinel> sentinels() {
        return replication.sentinels();
    }

    /** The replica that the client reads from, or mostly: a fault on the other one would tell little. */
    RedisNode mostRead() {
        return replicas().stream()
                .max(Comparator.comparingLong(replica -> Reads.count(info(replica, "commandstats"))))
                .orElseThrow();
    }

    /** Host and port of each. */
    List<String> sentinelAddresses() {
        return sentinels().stream().map(RedisSentinel::address).toList();
    }

    static String info(RedisNode node, String section) {
        return String.valueOf(node.command("INFO", section));
    }

    @Override
    public void reset() {
        replication.heal();
        main().command("FLUSHALL");
        for (RedisNode node : replication.nodes()) {
            await("an empty " + node.id(), SYNCED, () -> written(node).isEmpty());
            node.command("CONFIG", "RESETSTAT");
        }
    }

    /** Looks again and again; whether it came true is for the caller to make of. */
    static boolean comesTrue(Duration atMost, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > atMost.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    private static void await(String what, Duration atMost, BooleanSupplier condition) {
        if (!comesTrue(atMost, condition)) {
            throw new IllegalStateException("waited for " + what + " in vain for " + atMost.toSeconds() + " s");
        }
    }

    @Override
    public Stored stored() {
        RedisNode newest = replication.primary();
        Set<Long> primary = written(newest);
        Set<Long> onlyStale = new HashSet<>();
        boolean overwritten = false;
        if (newest != main() && main().isRunning()) {
            if (main().isPrimary()) {
                onlyStale.addAll(written(main()));
                onlyStale.removeAll(primary);
            } else {
                overwritten = true;
            }
        }
        return new Stored(primary, onlyStale, overwritten);
    }

    static Set<Long> written(RedisNode node) {
        Set<Long> ids = new HashSet<>();
        if (node.command("ZRANGE", Data.WRITTEN, "0", "-1") instanceof List<?> members) {
            members.forEach(member -> ids.add(Long.valueOf(String.valueOf(member))));
        }
        return ids;
    }

    @Override
    public void close() {
        replication.close();
    }
}
