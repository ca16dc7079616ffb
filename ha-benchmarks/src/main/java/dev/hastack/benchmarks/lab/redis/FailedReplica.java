package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.RedisNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The replica that the client mostly reads from fails, and nobody is promoted: the other one and the primary go on. */
enum FailedReplica implements Fault<RedisServers, Session> {
    REPLICA_KILLED("SIGKILL to a replica, which stays down", 2) {
        @Override
        void play(RedisNode replica) throws InterruptedException {
            replica.kill();
            TimeUnit.SECONDS.sleep(2);
        }
    },
    REPLICA_HUNG("SIGSTOP to a replica, which goes on 10 s later", 10) {
        @Override
        void play(RedisNode replica) throws InterruptedException {
            replica.hang();
            TimeUnit.SECONDS.sleep(10);
            replica.resume();
        }
    },
    REPLICA_LOADING("a replica restarts, and answers LOADING for 5 s", 8) {
        @Override
        void play(RedisNode replica) throws InterruptedException {
            replica.startLoading(LOADING);
            // How it comes back is seen, too.
            TimeUnit.NANOSECONDS.sleep(LOADING.plusSeconds(2).toNanos());
        }
    },
    REPLICA_LINK_CUT("a replica is cut off from the primary for 8 s, and goes on answering", 8) {
        @Override
        void play(RedisNode replica) throws InterruptedException {
            replica.cutReplication();
            TimeUnit.SECONDS.sleep(8);
        }
    };

    private static final Duration LOADING = Duration.ofSeconds(5);

    private final String story;
    private final Duration lasts;

    FailedReplica(String story, int seconds) {
        this.story = story;
        this.lasts = Duration.ofSeconds(seconds);
    }

    abstract void play(RedisNode replica) throws InterruptedException;

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
        return false;
    }

    @Override
    public Moments strike(RedisServers servers, Session session) throws InterruptedException {
        RedisNode replica = servers.mostRead();
        long struck = System.nanoTime();
        play(replica);
        return Moments.withoutPromotion(struck);
    }
}
