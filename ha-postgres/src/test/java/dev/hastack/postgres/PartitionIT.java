package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.PORT;
import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.health;
import static dev.hastack.postgres.Stacks.inBackground;
import static dev.hastack.postgres.Stacks.port;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network between this process and a node breaks, while the servers go on among themselves. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class PartitionIT {
    private final PostgresCluster cluster;
    private final PostgresNode main;
    private final PostgresNode standby;
    private final PostgresNode delivery;
    private HaStack stack;
    private HaPostgres postgres;

    PartitionIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.main = cluster.node("main");
        this.standby = cluster.node("standby");
        this.delivery = cluster.node("delivery");
    }

    @BeforeEach
    void open() throws Exception {
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        settings.put("ha.postgres.pool.max-size", "4");
        settings.put("ha.postgres.writes.wait", "20s");
        stack = Stacks.ready(cluster, settings);
        postgres = stack.get(HaPostgres.class);
        Stacks.createNotes(postgres);
    }

    @AfterEach
    void close() {
        stack.close(Duration.ZERO);
    }

    @Test
    void writes_go_on_at_the_successor_of_a_primary_that_is_in_a_black_hole() throws Exception {
        try (Connection connection = postgres.primary().getConnection()) {
            main.proxied().blackHole();
            CompletableFuture<String> stuck = inBackground(() -> query(connection, "SELECT 'answered by main'"));
            standby.promote();
            execute(postgres.primary(), "INSERT INTO notes VALUES (1)");

            assertThatThrownBy(() -> stuck.get(60, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
        }
        assertThat(query(postgres.primary(), PORT)).isEqualTo(port(cluster, "standby"));

        main.proxied().heal();
        until("main is fenced", () -> status(postgres, "main") == Status.FENCED);
    }

    @Test
    void a_stale_primary_is_fenced_by_the_word_of_a_replica_that_received_from_the_new_one() throws Exception {
        main.query("GRANT pg_read_all_stats TO app");
        try {
            promoteOutOfSight();

            assertThatMainIsFencedAndThenStandbyIsFollowed();
        } finally {
            cluster.primary().query("REVOKE pg_read_all_stats FROM app");
        }
    }

    @Test
    void a_stale_primary_is_fenced_by_the_restartpoint_of_a_replica_where_no_right_is_granted() throws Exception {
        promoteOutOfSight();
        standby.query("CHECKPOINT");
        String position = standby.query("SELECT pg_current_wal_lsn()");
        until(
                "delivery has applied the checkpoint",
                () -> "t".equals(delivery.query("SELECT pg_last_wal_replay_lsn() >= '" + position + "'")));
        delivery.query("CHECKPOINT");

        assertThatMainIsFencedAndThenStandbyIsFollowed();
    }

    /** Standby becomes the primary, which delivery follows, and which this process does not reach. */
    private void promoteOutOfSight() throws Exception {
        // What the dying primary sent to delivery alone would keep delivery from following its successor.
        Stacks.untilLevel(cluster);
        standby.proxied().cut();
        main.kill();
        until(
                "both are out of sight",
                () -> status(postgres, "standby") == Status.DOWN && status(postgres, "main") == Status.DOWN);
        standby.promote();
        delivery.follow(standby);
    }

    private void assertThatMainIsFencedAndThenStandbyIsFollowed() throws Exception {
        OptionalLong newer = OptionalLong.of(epochOf(standby));
        until(
                "delivery tells of the new epoch",
                () -> postgres.topology().maxEpoch().equals(newer));

        main.start();
        until("main has answered", () -> status(postgres, "main") != Status.DOWN);

        assertThat(status(postgres, "main")).isEqualTo(Status.FENCED);
        assertThat(postgres.topology().primary()).isEmpty();
        assertThat(health(stack, "main").reason())
                .contains("epoch " + (newer.getAsLong() - 1) + " is below epoch " + newer.getAsLong() + " of delivery");

        standby.proxied().heal();
        execute(postgres.primary(), "INSERT INTO notes VALUES (2)");
        assertThat(query(postgres.primary(), PORT)).isEqualTo(port(cluster, "standby"));
    }

    private static long epochOf(PostgresNode primary) throws SQLException {
        return Long.parseLong(String.valueOf(
                primary.query("SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint")));
    }
}
