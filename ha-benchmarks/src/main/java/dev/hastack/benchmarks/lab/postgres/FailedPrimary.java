package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Session;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The primary fails, is cut off or retires, and the synchronous standby is promoted. */
enum FailedPrimary implements Fault<PostgresServers, Session> {
    KILLED("SIGKILL to main; standby is promoted 500 ms later", 1) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().kill();
            return promotion(servers, struck);
        }
    },
    LATE("SIGKILL to main; standby is promoted 8 s later, as by a person", 1) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().kill();
            TimeUnit.SECONDS.sleep(8);
            return servers.promoteAndFollow(struck);
        }
    },
    HUNG("SIGSTOP to main; standby is promoted 500 ms later, and main stays hung", 1) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().hang();
            return promotion(servers, struck);
        }
    },
    STALE(
            "as hung, but main goes on 1 s after the promotion, commits without its standby, and the pools renew their"
                    + " connections; 15 s more of load",
            18) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().hang();
            Moments moments = promotion(servers, struck);
            TimeUnit.SECONDS.sleep(1);
            // First the setting: it has to hold for what main finds waiting as it wakes.
            servers.main().commitAlone();
            servers.main().resume();
            session.renew();
            TimeUnit.SECONDS.sleep(15);
            return moments;
        }
    },
    SWITCHOVER(
            "main is stopped cleanly, standby is promoted, delivery follows it, main comes back as a standby of it",
            3) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().stop();
            Moments moments = servers.promote(struck);
            servers.delivery().follow(servers.standby());
            servers.main().follow(servers.standby());
            servers.main().start();
            TimeUnit.SECONDS.sleep(1);
            return moments;
        }
    },
    GIVEN_UP(
            "as killed, but 2 s later the promotion is given up: standby is stopped, main starts as it was, and both others"
                    + " become its replicas; first write after the last of them follows, and lost is what was given up",
            12) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().kill();
            Moments unused = promotion(servers, struck);
            TimeUnit.SECONDS.sleep(2);
            return servers.goBack(struck);
        }
    },
    BLACK_HOLE("the network of main swallows every packet, standby is promoted 500 ms later; all through proxies", 1) {
        @Override
        public PostgresServers reachedBy(PostgresServers servers) {
            return servers.throughProxies();
        }

        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().proxied().blackHole();
            return promotion(servers, struck);
        }
    },
    TWO_PRIMARIES(
            "main commits without its standby, which is promoted while main goes on serving; 10 s more of load", 11) {
        @Override
        public Moments strike(PostgresServers servers, Session session) throws Exception {
            long struck = System.nanoTime();
            servers.main().commitAlone();
            TimeUnit.NANOSECONDS.sleep(DETECTION.toNanos());
            // Nobody sends delivery after it: what it gets from main it could not take there.
            Moments moments = servers.promote(struck);
            TimeUnit.SECONDS.sleep(10);
            return moments;
        }
    };

    /** What whoever promotes needs to notice. */
    private static final Duration DETECTION = Duration.ofMillis(500);

    private final String story;
    private final Duration lasts;

    FailedPrimary(String story, int seconds) {
        this.story = story;
        this.lasts = Duration.ofSeconds(seconds);
    }

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
        return true;
    }

    private static Moments promotion(PostgresServers servers, long struck) throws Exception {
        TimeUnit.NANOSECONDS.sleep(DETECTION.toNanos());
        return servers.promoteAndFollow(struck);
    }
}
