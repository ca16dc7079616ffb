package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators promote a standby, give that up, and go back to the old primary as it was. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby", "delivery"}))
class GivenUpIT {
    private static final Map<String, String> QUICK = Map.of("ha.postgres.writes.wait", "200ms");

    /** A second, and what a busy machine may add to a test. */
    private static final long BOUND_MILLIS = 30_000;

    private final PostgresCluster cluster;

    @TempDir
    Path folder;

    GivenUpIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private PostgresNode node(String id) {
        return cluster.node(id);
    }

    /** Kills the primary, promotes the standby and writes; then stops that and starts the primary as it was. */
    private void forthAndHalfBack(HaPostgres postgres, int writes) throws Exception {
        node("main").kill();
        node("standby").promote();
        until("standby is written to", () -> writes(postgres));
        for (int i = 1; i < writes; i++) {
            until("it is written to again", () -> writes(postgres));
        }
        node("standby").stop();
        node("main").start();
        until("main is fenced", () -> status(postgres, "main") == Status.FENCED);
    }

    private static boolean writes(HaPostgres postgres) {
        try {
            execute(postgres.primary(), "INSERT INTO lost VALUES (1)");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @Test
    void a_promotion_is_given_up_and_writes_go_on_at_the_old_primary_and_follow_the_next_promotion() throws Exception {
        Path file = folder.resolve("epoch");
        Map<String, String> settings = Stacks.with(QUICK, Map.of("ha.postgres.epoch-file", file.toString()));
        List<Change.EpochAbandoned> told = new CopyOnWriteArrayList<>();
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Events.Subscription unused = stack.subscribe(event -> {
                if (event.change() instanceof Change.EpochAbandoned abandoned) {
                    told.add(abandoned);
                }
            });
            execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS lost (id bigint)");
            Stacks.untilLevel(cluster);
            long epoch = postgres.topology().maxEpoch().orElseThrow();
            for (int time = 1; time <= 2; time++) {
                forthAndHalfBack(postgres, 5);
                assertThat(postgres.topology().maxEpoch()).hasValue(epoch + 1);

                node("standby").rejoin(node("main"));
                // It follows the standby still, or is refused by the primary: nothing is given up.
                if (!follows("delivery", "main")) {
                    assertThat(writes(postgres))
                            .as("while delivery may have the newer epoch")
                            .isFalse();
                }
                node("delivery").rejoin(node("main"));
                long follows = System.nanoTime();
                until("main is written to", () -> writes(postgres));
                long millis = (System.nanoTime() - follows) / 1_000_000;

                assertThat(status(postgres, "main")).isEqualTo(Status.PRIMARY);
                assertThat(postgres.topology().maxEpoch()).hasValue(epoch);
                assertThat(millis)
                        .as("milliseconds after the last node follows")
                        .isLessThan(BOUND_MILLIS);
                int times = time;
                until("it is told", () -> told.size() == times);
                Change.EpochAbandoned change = told.get(time - 1);
                assertThat(change.epoch()).isEqualTo(epoch + 1);
                assertThat(change.node()).contains("main");
                assertThat(change.lost().orElseThrow())
                        .matches(
                                "gone with it is what this process did there: [56] connections that callers gave back to"
                                        + " the primary between \\S+ and \\S+");
                assertThat(stack.health().stores().get(0).summary())
                        .contains("; epoch " + (epoch + 1) + " was given up at ")
                        .contains(change.lost().orElseThrow());
                until("it is kept", () -> Files.readString(file).endsWith(" " + epoch + "\n"));
            }
            // Forth for good.
            node("main").kill();
            node("standby").promote();
            until("standby is written to", () -> writes(postgres));
            assertThat(status(postgres, "standby")).isEqualTo(Status.PRIMARY);
            until("it is kept", () -> Files.readString(file).endsWith(" " + (epoch + 1) + "\n"));
        }
    }

    private boolean follows(String replica, String primary) throws SQLException {
        return "1"
                .equals(node(replica)
                        .query("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_port = "
                                + node(primary).port()));
    }

    @Test
    void a_process_that_knows_the_epoch_from_its_file_alone_goes_on_as_well() throws Exception {
        Path file = folder.resolve("epoch");
        Map<String, String> settings = Stacks.with(QUICK, Map.of("ha.postgres.epoch-file", file.toString()));
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS lost (id bigint)");
            Stacks.untilLevel(cluster);
            forthAndHalfBack(postgres, 1);
        }
        node("standby").rejoin(node("main"));
        node("delivery").rejoin(node("main"));
        try (HaStack stack = Stacks.open(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            until("main is written to", () -> writes(postgres));
            assertThat(stack.health().stores().get(0).summary()).contains("this process did nothing in it");
        }
    }

    @Test
    void a_role_that_may_read_the_history_of_a_timeline_knows_where_it_began() throws Exception {
        String function = "FUNCTION pg_read_file(text, bigint, bigint, boolean)";
        asSuperuser("GRANT EXECUTE ON " + function + " TO app");
        try (HaStack stack = Stacks.ready(cluster, QUICK)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            Stacks.untilLevel(cluster);
            node("main").kill();
            node("standby").promote();
            until("standby is the primary", () -> status(postgres, "standby") == Status.PRIMARY);
            assertThat(postgres.topology().past().history().orElseThrow()).matches("\\d+@[0-9A-F]+/[0-9A-F]+");
            assertThat(postgres.topology()
                            .node("standby")
                            .orElseThrow()
                            .origin()
                            .history())
                    .isEqualTo(postgres.topology().past().history());
        } finally {
            asSuperuser("REVOKE EXECUTE ON " + function + " FROM app");
        }
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = cluster.primary().superuser()) {
            execute(connection, sql);
        }
    }

    @Test
    void where_the_configuration_refuses_an_operator_gives_the_epoch_up() throws Exception {
        Map<String, String> settings = Stacks.with(QUICK, Map.of("ha.postgres.writes.abandoned-epoch", "refuse"));
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS lost (id bigint)");
            Stacks.untilLevel(cluster);
            assertThat(postgres.forgetEpoch()).as("while its primary stands").isFalse();
            forthAndHalfBack(postgres, 1);
            node("standby").rejoin(node("main"));
            node("delivery").rejoin(node("main"));
            until(
                    "health says what is waited for",
                    () -> Stacks.health(stack, "main").reason().orElse("").endsWith("writes.abandoned-epoch is refuse")
                            && Stacks.health(stack, "main").reason().orElse("").contains("no node has it any more"));
            assertThatThrownBy(() -> postgres.primary().getConnection()).isInstanceOf(PostgresNoPrimaryException.class);

            assertThat(postgres.forgetEpoch()).isTrue();
            until("main is written to", () -> writes(postgres));
        }
    }

    @Test
    void a_node_that_comes_back_with_the_epoch_that_an_operator_gave_up_is_fenced() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, QUICK)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS lost (id bigint)");
            Stacks.untilLevel(cluster);
            forthAndHalfBack(postgres, 1);
            assertThat(writes(postgres)).as("while standby may come back").isFalse();
            assertThat(postgres.forgetEpoch()).isTrue();
            until("main is written to", () -> writes(postgres));

            node("standby").start();
            until("standby is fenced", () -> status(postgres, "standby") == Status.FENCED);
            assertThat(Stacks.health(stack, "standby").reason().orElseThrow()).contains("was given up for epoch");
            until("main is written to still", () -> writes(postgres));
        }
    }
}
