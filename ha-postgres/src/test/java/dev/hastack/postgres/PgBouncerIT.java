package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static dev.hastack.postgres.Stacks.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.PgBouncer;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** PgBouncer tells every client what its server said once: that it is a standby, long after it was promoted. */
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class PgBouncerIT {
    private final PostgresCluster cluster;

    PgBouncerIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void writes_go_on_after_a_promotion_behind_a_pooler_that_still_calls_it_a_standby() throws Exception {
        assumeTrue(
                PgBouncer.program().isPresent(),
                "pgbouncer is not installed (on Debian: apt-get install pgbouncer): nothing was tested");
        try (PgBouncer main = PgBouncer.before(cluster, cluster.node("main"));
                PgBouncer standby = PgBouncer.before(cluster, cluster.node("standby"))) {
            Map<String, String> settings = new HashMap<>(Map.of(
                    "ha.postgres.properties.prepareThreshold",
                    "0",
                    "ha.postgres.nodes.main.address",
                    main.address(),
                    "ha.postgres.nodes.standby.address",
                    standby.address(),
                    "ha.postgres.pool.max-size",
                    "4"));
            try (HaStack stack = Stacks.ready(cluster, settings)) {
                HaPostgres postgres = stack.get(HaPostgres.class);
                Stacks.createNotes(postgres);
                assertThat(query(postgres.replica(), "SELECT pg_is_in_recovery()"))
                        .isEqualTo("t");
                Stacks.untilLevel(cluster);

                cluster.node("main").kill();
                cluster.node("standby").promote();

                Stacks.until(
                        "the promotion is seen",
                        () -> postgres.topology()
                                .writable()
                                .filter(node -> node.node().equals("standby"))
                                .isPresent());
                long began = System.nanoTime();
                for (int i = 0; i < 20; i++) {
                    assertThat(execute(postgres.primary(), "INSERT INTO notes VALUES (" + i + ")"))
                            .isEqualTo(1);
                }
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .as("20 writes")
                        .isLessThan(Duration.ofSeconds(30));
                Stacks.until(
                        "health says so", () -> Stacks.health(stack, "standby").health() == Health.UP);
            }
            try (HaStack another = Stacks.open(cluster, settings)) {
                assertThat(execute(another.get(HaPostgres.class).primary(), "INSERT INTO notes VALUES (100)"))
                        .as("a process that starts now")
                        .isEqualTo(1);
            }
        }
    }
}
