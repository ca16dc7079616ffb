package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** What befalls the stores in each scene, and what an operator does about it; what befalls Redis and Elasticsearch is told by others. */
final class Operator implements AutoCloseable {

    /** What an operator, or Patroni, needs to find out that a primary is gone and to promote the standby. */
    private static final Duration UNTIL_PROMOTION = Duration.ofMillis(500);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Platform platform;
    private final News news;
    private final Timeline timeline;
    private final Recorder recorder;
    private final Duration load;
    private final PostgresNode main;
    private final PostgresNode standby;
    private final PostgresNode delivery;
    private final RedisOperator redis;

    /**
     * An operator of one scene.
     *
     * @param load how long the scene's load lasts; what is to be seen for a while is seen for a part of it
     */
    Operator(Platform platform, News news, Timeline timeline, Recorder recorder, Duration load) {
        this.platform = platform;
        this.news = news;
        this.timeline = timeline;
        this.recorder = recorder;
        this.load = load;
        this.main = platform.stores().postgres(Stores.MAIN);
        this.standby = platform.stores().postgres(Stores.STANDBY);
        this.delivery = platform.stores().postgres(Stores.DELIVERY);
        this.redis = new RedisOperator(platform, timeline, recorder);
    }

    /**
     * Plays it.
     *
     * @return the articles that an old primary took by itself; none where none came back
     * @throws IllegalStateException when something that the scene waits for does not come
     * @throws SQLException when a node that must answer does not
     */
    List<Article> act(Scene scene) throws InterruptedException, SQLException {
        switch (scene) {
            case STEADY -> {}
            case REPLICA_LAGS -> letDeliveryLag();
            case REPLICA_KILLED -> {
                awaitReaders("delivery serves, and nobody reads from it");
                delivery.kill();
                timeline.note("delivery killed");
            }
            case SWITCHOVER -> switchOver();
            case PRIMARY_KILLED -> {
                recorder.absences().began(Kind.OF_POSTGRES);
                main.kill();
                promoteStandby(noticed("main killed"));
            }
            case PRIMARY_HANGS -> {
                recorder.absences().began(Kind.OF_POSTGRES);
                main.hang();
                promoteStandby(noticed("main hangs"));
            }
            case OLD_PRIMARY_RETURNS -> {
                return wakeOldPrimary();
            }
            case REDIS_PRIMARY_KILLED -> redis.killPrimary();
            case REDIS_PRIMARY_HANGS -> redis.hangPrimary(load.multipliedBy(4).dividedBy(5));
            case SEARCH_NODE_KILLED -> search().killNode();
            case PUBLICATION_BROKEN -> search().breakPublication();
            case INDEX_REBUILT -> search().rebuild();
        }
        return List.of();
    }

    /** Returns when no server is watched any more. */
    @Override
    public void close() {
        redis.close();
    }

    private SearchOperator search() {
        return new SearchOperator(platform, news.next().publication(), timeline, recorder, load);
    }

    private void switchOver() throws InterruptedException, SQLException {
        Duration begin = timeline.elapsed();
        recorder.absences().began(Kind.OF_POSTGRES);
        main.stop();
        timeline.note("main stopped");
        promoteStandby(begin);
        main.follow(standby);
        main.start();
        platform.awaitSeen(Stores.POSTGRES, Stores.MAIN, "REPLICA");
        timeline.note("main follows standby");
    }

    /** Tells what has just happened to the primary, and returns when an operator knows it, with when it was. */
    private Duration noticed(String event) throws InterruptedException {
        Duration at = timeline.elapsed();
        timeline.note(event);
        Thread.sleep(UNTIL_PROMOTION.toMillis());
        return at;
    }

    private void promoteStandby(Duration since) throws InterruptedException, SQLException {
        boolean ahead = deliveryIsAhead();
        standby.promote();
        recorder.absences().ended(Kind.OF_POSTGRES);
        recorder.recovered();
        Duration without = timeline.elapsed().minus(since);
        timeline.note("standby promoted, after " + without.toMillis() + " ms without a primary");
        if (ahead) {
            delivery.rejoin(standby);
            timeline.note("delivery rebuilt: it held more of main than standby does, and could not follow");
        } else {
            delivery.follow(standby);
            timeline.note("delivery follows standby");
        }
    }

    /**
     * Whether the delivery stack's replica holds more of the old primary than the standby does. It may: nothing made the
     * primary send to the synchronous standby first. Nobody was told that this is saved, and the new primary will never
     * have it, so such a replica cannot follow.
     */
    private boolean deliveryIsAhead() throws SQLException {
        String position = standby.query("SELECT pg_last_wal_receive_lsn()");
        return "t".equals(delivery.query("SELECT pg_last_wal_receive_lsn() > '" + position + "'"));
    }

    private List<Article> wakeOldPrimary() throws InterruptedException, SQLException {
        recorder.absences().began(Kind.OF_POSTGRES);
        main.hang();
        Duration since = noticed("main hangs");
        String shared = snapshotOfStandby();
        promoteStandby(since);

        // Whoever has not heard of the promotion yet may be acknowledged by the old primary: nobody can know better.
        platform.awaitSeen(Stores.POSTGRES, Stores.STANDBY, "PRIMARY");
        timeline.until(load.dividedBy(2));
        main.resume();
        // Its standby has left it, so every writer would wait, and it would be harmless.
        main.query("ALTER SYSTEM SET synchronous_standby_names = ''");
        main.query("SELECT pg_reload_conf()");
        main.query("COMMENT ON DATABASE postgres IS 'written on a primary that is none any more'");
        timeline.note("main wakes up, and takes writes");
        platform.awaitSeen(Stores.POSTGRES, Stores.MAIN, "FENCED");
        timeline.note("every server has fenced main");

        timeline.until(load.multipliedBy(3).dividedBy(4));
        List<Article> alone;
        try (Connection connection = main.superuser()) {
            alone = Evidence.savedBeyond(connection, shared);
        }
        timeline.note("main has saved " + alone.size() + " article(s) by itself, and is given up");
        main.rejoin(standby);
        platform.awaitSeen(Stores.POSTGRES, Stores.MAIN, "REPLICA");
        timeline.note("main rebuilt, and follows standby");
        return alone;
    }

    /** All transactions that reached the standby, and with them all that were acknowledged. */
    private String snapshotOfStandby() throws InterruptedException, SQLException {
        Deadline deadline = new Deadline(PATIENCE);
        while (!"t".equals(standby.query("SELECT pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()"))) {
            deadline.pause("standby has not replayed what it has");
        }
        return String.valueOf(standby.query("SELECT pg_current_snapshot()"));
    }

    private void letDeliveryLag() throws InterruptedException, SQLException {
        awaitReaders("delivery serves, and nobody reads from it");
        delivery.pauseReplay();
        timeline.note("delivery stops replaying");
        Deadline deadline = new Deadline(PATIENCE);
        while (deliveryIsRead()) {
            deadline.pause("delivery lags, and is read from all the same");
        }
        timeline.note("nobody reads from delivery any more");

        timeline.until(load.multipliedBy(2).dividedBy(3));
        Duration age = ageOfDelivery();
        while (age.compareTo(Platform.MAX_LAG) <= 0) {
            deadline.pause("delivery does not lag: its news has been superseded for " + age.toMillis() + " ms");
            age = ageOfDelivery();
        }
        delivery.resumeReplay();
        timeline.note("delivery replays again; its news had been superseded for " + age.toMillis() + " ms");
        awaitReaders("delivery replays again, and nobody reads from it");
        timeline.note("its readers are back");
    }

    /** After a fall ha-stack keeps a replica out for a while, and what befalls it then says nothing of its readers. */
    private void awaitReaders(String otherwise) throws InterruptedException, SQLException {
        Deadline deadline = new Deadline(PATIENCE);
        while (!deliveryIsRead()) {
            deadline.pause(otherwise);
        }
    }

    /** Whether anybody asked it for published articles within the last half second, by its own clock and word. */
    private boolean deliveryIsRead() throws SQLException {
        return "t"
                .equals(
                        delivery.query(
                                "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                        + " AND query LIKE '%published_article%' AND query_start > clock_timestamp() - interval '500 ms'"));
    }

    private Duration ageOfDelivery() throws SQLException {
        try (Connection connection = delivery.superuser()) {
            long askedAt = System.nanoTime();
            return news.age(Evidence.published(connection, news.next()), askedAt);
        }
    }
}
