package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.health;
import static dev.hastack.postgres.Stacks.query;
import static dev.hastack.postgres.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hastack.core.HaStack;
import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class OpenCloseIT {
    private final PostgresCluster cluster;

    OpenCloseIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void opens_at_once_when_everything_is_down_and_says_so() throws Exception {
        Map<String, String> nowhere = Map.of(
                "ha.postgres.nodes.main.address", "127.0.0.1:1",
                "ha.postgres.nodes.standby.address", "127.0.0.1:2",
                "ha.postgres.nodes.delivery.address", "127.0.0.1:3",
                "ha.postgres.writes.wait", "100ms",
                "ha.postgres.reads.wait", "100ms");
        try (HaStack stack = Stacks.open(cluster, nowhere)) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            assertThat(stack.awaitReady(Duration.ofMillis(100))).isFalse();
            for (String node : List.of("main", "standby", "delivery")) {
                until(
                        node + " was tried",
                        () -> health(stack, node).reason().orElse("").contains("REFUSED"));
            }
            assertThatThrownBy(() -> postgres.primary().getConnection())
                    .isInstanceOf(PostgresNoPrimaryException.class)
                    .hasMessageContaining("main DOWN refused");
            assertThatThrownBy(() -> postgres.replica().getConnection())
                    .isInstanceOf(PostgresNoReplicaException.class)
                    .hasMessageContaining("delivery DOWN refused");
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
    }

    @Test
    void a_name_that_does_not_resolve_is_told_with_its_node() throws Exception {
        try (HaStack stack =
                Stacks.open(cluster, Map.of("ha.postgres.nodes.delivery.address", "no-such-host.invalid:5432"))) {
            until(
                    "delivery is heard of",
                    () -> health(stack, "delivery").reason().orElse("").contains("REFUSED"));
            assertThat(health(stack, "delivery").reason().orElseThrow())
                    .contains("UnknownHostException")
                    .contains("no-such-host.invalid");
            assertThat(health(stack, "delivery").health()).isEqualTo(Health.DOWN);
            until("the rest serves", () -> stack.health().health() == Health.DEGRADED);
        }
    }

    @Test
    void a_wrong_password_is_told_without_it_and_not_waited_for() throws Exception {
        try (HaStack stack = Stacks.open(cluster, Map.of("ha.postgres.password", "s3cret-but-wrong"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            assertThatThrownBy(() -> postgres.primary().getConnection())
                    .isInstanceOf(PostgresNoPrimaryException.class)
                    .hasMessageContaining("every node denies access")
                    .hasMessageContaining("password authentication failed for user \"app\"")
                    .hasMessageNotContaining("s3cret");
            assertThat(health(stack, "main").reason().orElseThrow()).startsWith("DENIED");
            assertThat(stack.health().toString()).doesNotContain("s3cret");
        }
    }

    @Test
    void a_wrong_database_is_told() throws Exception {
        try (HaStack stack = Stacks.open(cluster, Map.of("ha.postgres.database", "no_such_database"))) {
            assertThatThrownBy(() -> stack.get(HaPostgres.class).primary().getConnection())
                    .hasMessageContaining("database \"no_such_database\" does not exist");
        }
    }

    @Test
    void a_closed_stack_says_so() throws Exception {
        HaStack stack = Stacks.ready(cluster, Map.of());
        HaPostgres postgres = stack.get(HaPostgres.class);
        Connection lazy = postgres.dataSource().getConnection();
        stack.close();

        assertThatThrownBy(() -> postgres.primary().getConnection())
                .isInstanceOf(PostgresClosedException.class)
                .hasMessageContaining("this ha-stack is closed");
        assertThatThrownBy(() -> postgres.replica().getConnection()).isInstanceOf(PostgresClosedException.class);
        assertThatThrownBy(lazy::createStatement).isInstanceOf(PostgresClosedException.class);
        assertThat(stack.health().health()).isEqualTo(Health.DOWN);
    }

    @Test
    void closing_lets_what_is_in_use_finish() throws Exception {
        HaStack stack = Stacks.ready(cluster, Map.of());
        CompletableFuture<String> late = underWay(stack, "SELECT 'done' FROM pg_sleep(0.3)");

        assertThat(stack.close(Duration.ofSeconds(60))).isTrue();
        assertThat(late.get()).isEqualTo("done");
    }

    @Test
    void closing_aborts_what_does_not_finish_in_time() throws Exception {
        HaStack stack = Stacks.ready(cluster, Map.of());
        CompletableFuture<String> late = underWay(stack, "SELECT 'done' FROM pg_sleep(60)");

        assertThat(stack.close(Duration.ofMillis(100))).isFalse();
        assertThat(late.get()).isEqualTo("aborted");
    }

    /** Runs this query on a thread of its own; returns once that has its connection. */
    private static CompletableFuture<String> underWay(HaStack stack, String sql) throws InterruptedException {
        CountDownLatch borrowed = new CountDownLatch(1);
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
            try (Connection connection = stack.get(HaPostgres.class).primary().getConnection()) {
                borrowed.countDown();
                return query(connection, sql);
            } catch (SQLException e) {
                return "aborted";
            }
        });
        borrowed.await();
        return answer;
    }

    @Test
    void closing_at_once_does_not_wait_for_what_was_retired_before() throws Exception {
        HaStack stack =
                Stacks.ready(cluster, Map.of("ha.stack", "editing", "ha.postgres.nodes.delivery.stack", "delivery"));
        // Not given back at the end: HikariCP 7.1 throws on that once it has closed the pool by force.
        Connection held = stack.get(HaPostgres.class).replica().getConnection();
        assertThat(held.isValid(1)).isTrue();
        cluster.node("standby").kill();
        until("standby is seen down", () -> health(stack, "standby").role() == Status.DOWN);

        // The retired pool would give the connection that is held half a minute.
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> stack.close(Duration.ZERO));
    }

    @Test
    void a_cold_start_gives_no_write_to_a_claimant_before_every_node_was_heard() throws Exception {
        cluster.node("main").kill();
        cluster.node("standby").promote();
        cluster.node("main").start();
        for (int i = 0; i < 10; i++) {
            try (HaStack stack = Stacks.open(cluster, Map.of())) {
                assertThat(query(stack.get(HaPostgres.class).primary(), "SELECT inet_server_port()"))
                        .as("the old primary answers as well, and sometimes first")
                        .isEqualTo(Integer.toString(cluster.node("standby").port()));
            }
        }
    }

    @Test
    void a_node_of_another_cluster_is_foreign_and_gets_no_traffic() throws Exception {
        try (PostgresCluster other = PostgresCluster.builder().node("main").start();
                HaStack stack = Stacks.open(
                        cluster,
                        Map.of(
                                "ha.postgres.identity",
                                cluster.node("main").query("SELECT system_identifier FROM pg_control_system()"),
                                "ha.postgres.nodes.delivery.address",
                                other.node("main").address()))) {
            until(
                    "delivery is foreign",
                    () -> health(stack, "delivery").role().name().equals("FOREIGN"));
            HaPostgres postgres = stack.get(HaPostgres.class);
            for (int i = 0; i < 20; i++) {
                assertThat(query(postgres.replica(), "SELECT inet_server_port()"))
                        .isNotEqualTo(Integer.toString(other.node("main").port()));
            }
            assertThat(health(stack, "delivery").reason().orElseThrow()).contains("FOREIGN");
        }
    }

    @Tag("slow")
    @Test
    void fifty_cycles_leave_no_thread_no_socket_and_no_class_loader() throws Exception {
        List<URL> own = new ArrayList<>();
        for (Class<?> type : List.of(HaStack.class, HaPostgres.class)) {
            own.add(type.getProtectionDomain().getCodeSource().getLocation());
        }
        WeakReference<ClassLoader> loader = cycles(own.toArray(URL[]::new), cluster.properties());

        until("no thread is left: " + threads(), () -> threads().isEmpty());
        until(
                "no session is left at the server",
                () -> "0"
                        .equals(
                                cluster.node("main")
                                        .query(
                                                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ha-stack%'")));
        until("the class loader is gone", () -> {
            displaceWhatTheJdkKeeps();
            System.gc();
            return loader.get() == null;
        });
    }

    private static WeakReference<ClassLoader> cycles(URL[] own, Map<String, String> properties) throws Exception {
        ClassLoader parent = new OnlyDrivers(OpenCloseIT.class.getClassLoader());
        try (URLClassLoader loader = new URLClassLoader(own, parent)) {
            Class<?> stackType = loader.loadClass("dev.hastack.core.HaStack");
            Class<?> configType = loader.loadClass("dev.hastack.core.config.StackConfig");
            assertThat(stackType).isNotEqualTo(HaStack.class);
            Method of = configType.getMethod("of", Map.class);
            Method open = stackType.getMethod("open", configType);
            Method ready = stackType.getMethod("awaitReady", Duration.class);
            Method close = stackType.getMethod("close");
            for (int i = 0; i < 50; i++) {
                Object stack = open.invoke(null, of.invoke(null, properties));
                if (i % 2 == 0) {
                    assertThat(ready.invoke(stack, Duration.ofSeconds(60))).isEqualTo(true);
                }
                close.invoke(stack);
            }
            return new WeakReference<>(loader);
        }
    }

    /**
     * Before JDK 19 the method handles behind a record's equals, hashCode and toString remember the last type that they
     * were adapted to (MethodHandle.asTypeCache), and with it that type's loader. Another record takes its place.
     */
    private static void displaceWhatTheJdkKeeps() {
        record Other(Thread thread) {}
        Other other = new Other(Thread.currentThread());
        assertThat(other).isEqualTo(new Other(Thread.currentThread())).hasSameHashCodeAs(other);
        assertThat(other.toString()).startsWith("Other");
    }

    /** Hides ha-stack's own classes, so that the loader below has to load them again. */
    private static final class OnlyDrivers extends ClassLoader {
        OnlyDrivers(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("dev.hastack.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ha-postgres") || name.startsWith("ha-stack"))
                .toList();
    }
}
