package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.PostgresNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A replica fails, and nobody is promoted: the other one and the primary go on. */
enum FailedReplica implements Fault<PostgresServers, Session> {
    REPLICA_KILLED("SIGKILL to delivery", 2) {
        @Override
        void play(PostgresNode delivery) throws InterruptedException {
            delivery.kill();
            TimeUnit.SECONDS.sleep(2);
        }
    },
    REPLICA_HUNG("SIGSTOP to delivery, which goes on 10 s later", 10) {
        @Override
        void play(PostgresNode delivery) throws InterruptedException {
            delivery.hang();
            TimeUnit.SECONDS.sleep(10);
            delivery.resume();
        }
    },
    REPLICA_LAGGING("delivery applies nothing for 8 s; ha-stack is told reads.max-lag=2s", 8) {
        @Override
        public PostgresServers reachedBy(PostgresServers servers) {
            return servers.withMaxLag(Duration.ofSeconds(2));
        }

        @Override
        void play(PostgresNode delivery) throws InterruptedException {
            delivery.pauseReplay();
            TimeUnit.SECONDS.sleep(8);
            delivery.resumeReplay();
        }
    };

    private final String story;
    private final Duration lasts;

    FailedReplica(String story, int seconds) {
        this.story = story;
        this.lasts = Duration.ofSeconds(seconds);
    }

    abstract void play(PostgresNode delivery) throws InterruptedException;

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
    public Moments strike(PostgresServers servers, Session session) throws InterruptedException {
        long struck = System.nanoTime();
        play(servers.delivery());
        return Moments.withoutPromotion(struck);
    }
}
