package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.postgres.PostgresServers;
import dev.hastack.benchmarks.lab.round.Load;
import dev.hastack.benchmarks.lab.round.Recording;
import dev.hastack.benchmarks.lab.round.Servers.Stored;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.PostgresNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What has happened so far, trouble by trouble. */
final class Course {
    private static final int BEFORE = 200;
    private static final int AFTER = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** So that faults are what is measured, and not how a machine does that is overloaded. */
    private static final Duration PAUSE = Duration.ofMillis(1);

    private static final int LOOKS = 500;

    private final PostgresServers servers;
    private final Session session;
    private final Duration maxLag;
    private final Tally tally;
    private final long begin = System.nanoTime();
    private final AtomicLong ids = new AtomicLong();
    /** Of all troubles, by id. */
    private final BitSet acknowledged = new BitSet();

    private final List<String> violations = new ArrayList<>();

    Course(PostgresServers servers, Session session, Duration maxLag, Tally tally) {
        this.servers = servers;
        this.session = session;
        this.maxLag = maxLag;
        this.tally = tally;
    }

    /** Lets it strike under load, checks, and heals. */
    void play(Trouble.Drawn drawn) throws Exception {
        String scene = String.format(
                Locale.ROOT, "%7.1f s  %-13s %s", (System.nanoTime() - begin) / 1e9, drawn.id(), drawn.story());
        long above = ids.get();
        Load load = new Load(session, ids, PAUSE);
        Recording recording;
        List<String> found = new ArrayList<>();
        try {
            if (!load.await(BEFORE, PATIENCE)) {
                found.add("nobody is served by healthy servers within " + PATIENCE.toSeconds() + " s");
            }
            drawn.strike().on(servers);
            if (!load.await(AFTER, PATIENCE)) {
                found.add("nobody is served within " + PATIENCE.toSeconds() + " s after it");
            }
        } finally {
            recording = load.stop();
        }
        recording.acknowledged().forEach(write -> acknowledged.set(Math.toIntExact(write.id())));
        expose();
        Stored stored = servers.stored(above);
        found.addAll(Verdict.of(recording, stored, maxLag, begin).violations());
        Tally.Line line = tally.count(drawn.id(), recording, stored);
        System.out.println(scene + ": " + line);
        found.forEach(violation -> {
            violations.add(scene + ": " + violation);
            System.out.println("VIOLATION: " + violation);
        });
        servers.cluster().heal();
    }

    /** Lets a superseded primary show all that it has, what waits for its standby included. */
    private void expose() throws SQLException, InterruptedException {
        PostgresNode main = servers.main();
        if (servers.cluster().primary() == main) {
            return;
        }
        main.start();
        if (main.isPrimary()) {
            main.commitAlone();
            for (int i = 0; i < LOOKS && waiting(main); i++) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    private static boolean waiting(PostgresNode node) throws SQLException {
        return "t".equals(node.query("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
    }

    /** Looks for every write of all troubles; returns what was not as promised, then and before. */
    List<String> end() throws SQLException {
        BitSet missing = (BitSet) acknowledged.clone();
        servers.stored().primary().forEach(id -> missing.clear(Math.toIntExact(id)));
        System.out.printf(
                "%d writes acknowledged, %d of them not on the primary at the end%n",
                acknowledged.cardinality(), missing.cardinality());
        if (!missing.isEmpty()) {
            violations.add("at the end: acknowledged, but not on the primary: " + missing.cardinality()
                    + " writes, the first " + missing.nextSetBit(0));
        }
        return List.copyOf(violations);
    }
}
