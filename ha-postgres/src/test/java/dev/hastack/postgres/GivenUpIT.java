package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.status;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.MachineClock;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Operators promote a standby, give that up, and go back to the old primary as it was. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby", "delivery"}))
class GivenUpIT {
    private static final Map<String, String> QUICK = Map.of("ha.postgres.writes.wait", "200ms");

    /** After the last node follows. */
    private static final Duration AT_MOST = Duration.ofSeconds(1);

    /** What health, the log and the event say is gone. */
    private static final Pattern LOST = Pattern.compile(
            "gone with it is what this process did there: (\\d+) connections that callers gave back to the primary between"
                    + " (\\S+) and (\\S+)");

    private final PostgresCluster cluster;
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");

    @TempDir
    Path folder;

    GivenUpIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void read() {
        log.start();
        topology.addAppender(log);
    }

    @AfterEach
    void close() {
        topology.detachAppender(log);
    }

    private List<String> warningsOfAbandonedEpochs() {
        return List.copyOf(log.list).stream()
                .filter(line -> line.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains("was given up"))
                .toList();
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
                Instant before = Instant.now();
                forthAndHalfBack(postgres, 5);
                Instant after = Instant.now();
                assertThat(postgres.topology().maxEpoch()).hasValue(epoch + 1);

                node("standby").rejoin(node("main"));
                // It follows the standby still, or is refused by the primary: nothing is given up.
                if (!follows("delivery", "main")) {
                    assertThat(writes(postgres))
                            .as("while delivery may have the newer epoch")
                            .isFalse();
                }
                node("delivery").rejoin(node("main"));
                try (MachineClock clock = new MachineClock()) {
                    until("main is written to", () -> writes(postgres));
                    assertThat(clock.now()).as("after the last node follows").isLessThan(AT_MOST);
                }

                assertThat(status(postgres, "main")).isEqualTo(Status.PRIMARY);
                assertThat(postgres.topology().maxEpoch()).hasValue(epoch);
                int times = time;
                until("it is told", () -> told.size() == times);
                Change.EpochAbandoned change = told.get(time - 1);
                assertThat(change.epoch()).isEqualTo(epoch + 1);
                assertThat(change.node()).contains("main");
                assertSays(change.lost().orElseThrow(), before, after);
                assertThat(warningsOfAbandonedEpochs())
                        .as("one line each time")
                        .hasSize(time)
                        .last()
                        .isEqualTo("postgres: epoch " + (epoch + 1)
                                + " was given up: no node has it any more, all follow main at epoch " + epoch + "; "
                                + change.lost().orElseThrow());
                assertThat(note(stack))
                        .startsWith("Epoch " + (epoch + 1) + " was given up at ")
                        .endsWith(change.lost().orElseThrow() + ".");
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

    private static String note(HaStack stack) {
        return stack.health()
                .store("postgres")
                .note(HealthCode.EPOCH_ABANDONED)
                .orElseThrow()
                .text();
    }

    /** Five writes, or one more where the first was done and not acknowledged; between when and when. */
    private static void assertSays(String lost, Instant before, Instant after) {
        Matcher words = LOST.matcher(lost);
        assertThat(words.matches()).as(lost).isTrue();
        assertThat(Integer.parseInt(words.group(1))).as(lost).isBetween(5, 6);
        Instant from = Instant.parse(words.group(2));
        Instant until = Instant.parse(words.group(3));
        assertThat(from).as(lost).isBefore(until);
        // Shown in milliseconds, by a clock that nobody sets while a process lives.
        assertThat(from).as(lost).isAfter(before.minusSeconds(1));
        assertThat(until).as(lost).isBefore(after.plusSeconds(1));
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
            assertThat(note(stack)).contains("this process did nothing in it");
        }
    }

    /** As docs/operations.md says, where a node will not come back. */
    @Test
    void deleting_the_file_of_a_service_that_was_stopped_gives_the_epoch_up() throws Exception {
        Path file = folder.resolve("epoch");
        Map<String, String> settings = Stacks.with(QUICK, Map.of("ha.postgres.epoch-file", file.toString()));
        try (HaStack stack = Stacks.ready(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            execute(postgres.primary(), "CREATE TABLE IF NOT EXISTS lost (id bigint)");
            Stacks.untilLevel(cluster);
            long epoch = postgres.topology().maxEpoch().orElseThrow();
            forthAndHalfBack(postgres, 1);
            until("it is kept", () -> Files.readString(file).endsWith(" " + (epoch + 1) + "\n"));
        }
        node("delivery").rejoin(node("main"));
        try (HaStack stack = Stacks.open(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            until(
                    "it waits for standby",
                    () -> Stacks.health(stack, "main").reason().orElse("").contains("standby is DOWN")
                            && status(postgres, "delivery") == Status.REPLICA);
            assertThatThrownBy(() -> postgres.primary().getConnection()).isInstanceOf(PostgresNoPrimaryException.class);
            assertThat(status(postgres, "main")).isEqualTo(Status.FENCED);
        }

        Files.delete(file);

        try (HaStack stack = Stacks.open(cluster, settings)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            until("main is written to", () -> writes(postgres));
            assertThat(status(postgres, "main")).isEqualTo(Status.PRIMARY);
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

            assertThat(warningsOfAbandonedEpochs()).isEmpty();
            assertThat(postgres.forgetEpoch()).isTrue();
            until("main is written to", () -> writes(postgres));
            until("it is told", () -> !warningsOfAbandonedEpochs().isEmpty());
            assertThat(warningsOfAbandonedEpochs())
                    .singleElement()
                    .asString()
                    .contains("was given up by an operator")
                    .contains("connections that callers gave back to the primary between");
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
