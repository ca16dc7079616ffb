package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.PORT;
import static dev.hastack.postgres.Stacks.execute;
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
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An operator moves the primary on purpose, while everybody works. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class SwitchoverIT {
    /** Reads go to the standby that is promoted. */
    private static final Map<String, String> READS_AT_STANDBY =
            Map.of("ha.stack", "editing", "ha.postgres.nodes.standby.stack", "editing");

    private final PostgresCluster cluster;
    private final PostgresNode main;
    private final PostgresNode standby;
    private final PostgresNode delivery;

    SwitchoverIT(PostgresCluster cluster) {
        this.cluster = cluster;
        this.main = cluster.node("main");
        this.standby = cluster.node("standby");
        this.delivery = cluster.node("delivery");
    }

    @Test
    void a_switchover_fails_no_read_and_no_write_but_those_under_way() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of("ha.postgres.pool.max-size", "8"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            Stacks.untilLevel(cluster);
            Set<Long> acknowledged;
            try (Callers readers =
                            new Callers("reader", 4, () -> query(postgres.replica(), "SELECT count(*) FROM notes"));
                    Writers writers = new Writers(postgres.primary(), 4, 1)) {
                until(
                        "there is load",
                        () -> readers.successes() > 200
                                && writers.acknowledged().size() > 200);

                main.stop();
                standby.promote();
                delivery.follow(standby);
                main.follow(standby);
                main.start();

                until("main is a replica", () -> status(postgres, "main") == Status.REPLICA);
                int written = writers.acknowledged().size();
                until("writes go on", () -> writers.acknowledged().size() > written + 200);
                until(
                        "main serves reads again",
                        () -> query(postgres.replica(), PORT).equals(port(cluster, "main")));
                acknowledged = writers.acknowledged();
                assertThat(readers.failures()).as("failed reads").isEmpty();
                assertThat(writers.failures()).as("failed writes").hasSizeLessThanOrEqualTo(4);
            }
            assertThat(status(postgres, "standby")).isEqualTo(Status.PRIMARY);
            for (long id : acknowledged) {
                assertThat(query(postgres.primary(), "SELECT count(*) FROM notes WHERE id = " + id))
                        .isEqualTo("1");
            }
        }
    }

    @Test
    void a_connection_for_reads_to_a_node_that_is_promoted_meanwhile_may_write_there_in_autocommit() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, READS_AT_STANDBY)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            Stacks.untilLevel(cluster);
            untilReadsGoToStandby(postgres);
            try (Connection lent = postgres.replica().getConnection()) {
                assertThatThrownBy(() -> execute(lent, "INSERT INTO notes VALUES (1)"))
                        .isInstanceOfSatisfying(SQLException.class, SwitchoverIT::isReadOnly);
                lent.setAutoCommit(false);
                assertThat(query(lent, "SELECT count(*) FROM notes")).isEqualTo("0");

                main.kill();
                standby.promote();

                // Begun on a standby, a transaction stays read-only; a later one is by the driver's "BEGIN READ ONLY".
                assertThatThrownBy(() -> execute(lent, "INSERT INTO notes VALUES (2)"))
                        .isInstanceOfSatisfying(SQLException.class, SwitchoverIT::isReadOnly);
                lent.rollback();
                assertThatThrownBy(() -> execute(lent, "INSERT INTO notes VALUES (3)"))
                        .isInstanceOfSatisfying(SQLException.class, SwitchoverIT::isReadOnly);
                lent.rollback();
                lent.setAutoCommit(true);
                // Nobody enforces it here. The row is safe: this node is the primary now.
                execute(lent, "INSERT INTO notes VALUES (4)");
            }
            assertThat(query(postgres.primary(), "SELECT string_agg(id::text, ',') FROM notes"))
                    .isEqualTo("4");
            assertThat(status(postgres, "standby")).isEqualTo(Status.PRIMARY);
        }
    }

    @Test
    void a_connection_for_reads_never_writes_where_the_driver_is_told_to_enforce_it() throws Exception {
        Map<String, String> settings = new HashMap<>(READS_AT_STANDBY);
        settings.put("ha.postgres.properties.readOnlyMode", "always");
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.createNotes(postgres);
            untilReadsGoToStandby(postgres);
            try (Connection lent = postgres.replica().getConnection()) {

                main.kill();
                standby.promote();

                assertThatThrownBy(() -> execute(lent, "INSERT INTO notes VALUES (1)"))
                        .isInstanceOfSatisfying(SQLException.class, SwitchoverIT::isReadOnly);
            }
            execute(postgres.primary(), "INSERT INTO notes VALUES (2)");
        }
    }

    private void untilReadsGoToStandby(HaPostgres postgres) throws Exception {
        until("reads go to standby", () -> query(postgres.replica(), PORT).equals(port(cluster, "standby")));
    }

    private static void isReadOnly(SQLException e) {
        assertThat(e.getSQLState()).isEqualTo("25006");
    }
}
