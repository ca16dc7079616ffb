package dev.hastack.testkit;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings a cluster back to its layout.
 *
 * <p>As long as nobody else was promoted, the first node is the primary still: what hangs or is gone comes back, and
 * standbys are pointed at it. After a promotion the files of the newest primary, cleanly stopped, are copied to all
 * other nodes, the first among them, and all start anew on its timeline; this takes about as long as one start.
 */
final class PostgresHealing {
    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    private static final Duration FOLLOW = Duration.ofSeconds(3);
    private static final int LOG_LINES = 20;

    private final List<PostgresNode> nodes;
    private final PostgresNode main;
    private final List<PostgresNode> standbys;
    private final Optional<String> synchronous;

    PostgresHealing(List<PostgresNode> nodes, Optional<String> synchronous) {
        this.nodes = nodes;
        this.main = nodes.get(0);
        this.standbys = nodes.subList(1, nodes.size());
        this.synchronous = synchronous;
    }

    void heal() {
        nodes.forEach(PostgresNode::healProxy);
        if (isWhole()) {
            return;
        }
        Optional<PostgresNode> primary = newestPrimary(nodes);
        if (primary.isEmpty() || primary.get() == main) {
            nodes.forEach(PostgresNode::launch);
            nodes.forEach(PostgresNode::awaitReady);
            primary = newestPrimary(nodes);
        }
        if (primary.isEmpty()) {
            main.promote();
        } else if (primary.get() != main) {
            rebuild(primary.get());
        } else {
            main.commitAsConfigured();
        }
        standbys.forEach(this::restore);
        awaitWhole();
    }

    /** Waits until every standby streams from the first node and has applied what that has written. */
    void awaitWhole() {
        Await.until(() -> "replication from " + main.id(), CATCH_UP, this::isWhole, () -> logs(LOG_LINES));
    }

    String logs(int lines) {
        var logs = new StringBuilder();
        for (PostgresNode node : nodes) {
            logs.append("== log of ")
                    .append(node.id())
                    .append(" (")
                    .append(node.address())
                    .append(")\n");
            logs.append(node.log(lines)).append('\n');
        }
        return logs.toString();
    }

    /** The primary of the highest timeline, of those that answer; at equal timelines the first. */
    static Optional<PostgresNode> newestPrimary(List<PostgresNode> nodes) {
        return nodes.stream()
                .filter(PostgresNode::isPrimary)
                .max(Comparator.<PostgresNode, String>comparing(PostgresHealing::timeline)
                        .thenComparing(nodes::indexOf, Comparator.reverseOrder()));
    }

    private static String timeline(PostgresNode primary) {
        return primary.ask("SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)");
    }

    private boolean isWhole() {
        if (!nodes.stream().allMatch(node -> node.isRunning() && !node.isHung())) {
            return false;
        }
        String written = main.ask("SELECT CASE WHEN NOT pg_is_in_recovery() AND (SELECT count(*) = " + standbys.size()
                + " FROM pg_stat_replication WHERE state = 'streaming' AND (application_name <> "
                + PostgresData.quoted(synchronous.orElse("")) + " OR sync_state = 'sync'))"
                + " THEN pg_current_wal_flush_lsn() END");
        return !written.isEmpty() && standbys.stream().allMatch(standby -> isInPlace(standby, written));
    }

    private boolean isInPlace(PostgresNode standby, String written) {
        return standby.ask("SELECT CASE WHEN pg_is_in_recovery() THEN NOT pg_is_wal_replay_paused()"
                        + " AND coalesce(pg_last_wal_replay_lsn() >= '" + written + "', false)"
                        + " AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = "
                        + main.port() + ") ELSE false END")
                .equals("t");
    }

    private void restore(PostgresNode standby) {
        if (standby.isPrimary()) {
            standby.rejoin(main);
            return;
        }
        standby.resumeReplay();
        if (Await.holds(Duration.ofMillis(100), () -> standby.streamsFrom(main))) {
            return;
        }
        standby.pointAt(main);
        if (!Await.holds(FOLLOW, () -> standby.streamsFrom(main))) {
            standby.rejoin(main);
        }
    }

    private void rebuild(PostgresNode primary) {
        nodes.stream().filter(node -> node != primary).forEach(PostgresNode::kill);
        primary.stop();
        nodes.parallelStream()
                .filter(node -> node != primary)
                .forEach(node -> node.cloneStopped(primary, upstream(node)));
        primary.cloneStopped(primary, upstream(primary));
        nodes.forEach(PostgresNode::launch);
        nodes.forEach(PostgresNode::awaitReady);
    }

    private @Nullable PostgresNode upstream(PostgresNode node) {
        return node == main ? null : main;
    }
}
