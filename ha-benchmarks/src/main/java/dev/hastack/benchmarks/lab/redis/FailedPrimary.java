package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisSentinel;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The primary fails or retires, and Sentinel promotes a replica. */
enum FailedPrimary implements Fault<RedisServers, Session> {
    KILLED("SIGKILL to main; Sentinel promotes, and has the other replica follow", 3) {
        @Override
        public Moments strike(RedisServers servers, Session session) {
            long struck = System.nanoTime();
            servers.main().kill();
            return Promotion.followed(servers.replicas(), Promotion.among(servers.replicas(), struck));
        }
    },
    HUNG(
            "SIGSTOP to main; Sentinel promotes; main goes on after 10 s, and is a primary too until Sentinel makes it a"
                    + " replica, or for 12 s",
            20) {
        @Override
        public Moments strike(RedisServers servers, Session session) throws InterruptedException {
            long struck = System.nanoTime();
            servers.main().hang();
            Moments moments = Promotion.followed(servers.replicas(), Promotion.among(servers.replicas(), struck));
            TimeUnit.NANOSECONDS.sleep(Math.max(0, struck + HANGS.toNanos() - System.nanoTime()));
            servers.main().resume();
            awaitReplica(servers.main());
            return moments;
        }
    },
    SWITCHOVER("`SENTINEL FAILOVER`; main is a primary too until Sentinel makes it a replica, or for 12 s", 12) {
        @Override
        public Moments strike(RedisServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            CompletableFuture<RedisNode> failover = CompletableFuture.supplyAsync(servers.replication()::failover);
            Moments moments = Promotion.followed(servers.replicas(), Promotion.among(servers.replicas(), struck));
            RedisNode promoted = failover.get(30, TimeUnit.SECONDS);
            if (promoted == servers.main()) {
                throw new IllegalStateException("Sentinel did not promote another");
            }
            awaitReplica(servers.main());
            return moments;
        }
    },
    STALE(
            "SIGSTOP to main; Sentinel promotes; 1 s later the Sentinels are stopped, so that nobody makes main a replica,"
                    + " main goes on, and `CLIENT KILL TYPE normal` breaks all connections to both; 15 s more of load",
            20) {
        @Override
        public Moments strike(RedisServers servers, Session session) throws InterruptedException {
            long struck = System.nanoTime();
            servers.main().hang();
            Moments moments = Promotion.among(servers.replicas(), struck);
            TimeUnit.SECONDS.sleep(1);
            RedisNode promoted = servers.replication().primary();
            servers.sentinels().forEach(RedisSentinel::hang);
            servers.main().resume();
            List.of(servers.main(), promoted).forEach(node -> node.command("CLIENT", "KILL", "TYPE", "normal"));
            TimeUnit.SECONDS.sleep(15);
            return moments;
        }
    };

    private static final Duration HANGS = Duration.ofSeconds(10);
    /** Sentinel waits for eight seconds before it touches one that came back, and asks for its role now and then only. */
    private static final Duration DEMOTION = Duration.ofSeconds(12);

    private final String story;
    private final Duration lasts;

    FailedPrimary(String story, int seconds) {
        this.story = story;
        this.lasts = Duration.ofSeconds(seconds);
    }

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String story() {
        return story;
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public boolean promotes() {
        return true;
    }

    private static void awaitReplica(RedisNode node) throws InterruptedException {
        if (RedisServers.comesTrue(DEMOTION, () -> !node.isPrimary())) {
            TimeUnit.SECONDS.sleep(1);
        }
    }
}
