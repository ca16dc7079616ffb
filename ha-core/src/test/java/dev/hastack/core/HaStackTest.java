package dev.hastack.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.StoreHealth;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The facade, with a module that joins as any store module does. */
class HaStackTest {
    private static final List<String> CALLS = new ArrayList<>();
    private static final StackConfig WITH_REDIS =
            StackConfig.of(Map.of("ha.stack", "editing", "ha.redis.nodes.r1.address", "r1:6379"));
    private static final StackConfig WITH_POSTGRES_ONLY = StackConfig.of(Map.of(
            "ha.postgres.database", "cms",
            "ha.postgres.username", "cms",
            "ha.postgres.nodes.main.address", "pg-main:5432"));

    /** Found by the service loader through this module's test resources. */
    public static final class RedisStandIn implements StoreProvider {
        @Override
        public boolean configured(StackConfig config) {
            return config.redis().isPresent();
        }

        @Override
        public Store open(StoreContext context) {
            if (context.config().stack().equals(Optional.of("broken"))) {
                throw new IllegalStateException("cannot open");
            }
            return new StandIn();
        }

        @Override
        public Optional<String> mismatch(Class<?> type, StackConfig config) {
            return type == Cloneable.class ? Optional.of("ha.redis.database is 0: ask for StandIn") : Optional.empty();
        }
    }

    private static final class StandIn implements Store {
        private volatile Runnable meanwhile = () -> {};

        @Override
        public String name() {
            return "redis";
        }

        @Override
        public StoreHealth health() {
            return StoreHealth.of("redis", Health.DEGRADED, "one of two", List.of(), List.of());
        }

        @Override
        public boolean awaitReady(Duration timeout) {
            CALLS.add("awaitReady");
            return !timeout.isNegative();
        }

        @Override
        public boolean close(Duration drain) {
            meanwhile.run();
            CALLS.add("close " + drain.toSeconds());
            return true;
        }
    }

    @BeforeEach
    void forget() {
        CALLS.clear();
    }

    @Test
    void a_program_stubs_it_with_what_its_own_test_needs() {
        StandIn store = new StandIn();

        HaStack stub = (HaStack) Proxy.newProxyInstance(
                HaStack.class.getClassLoader(), new Class<?>[] {HaStack.class}, (proxy, method, arguments) -> store);

        assertThat(stub.get(StandIn.class)).isSameAs(store);
    }

    @Test
    void a_module_on_the_class_path_joins_if_the_configuration_has_its_store() {
        try (HaStack stack = HaStack.open(WITH_REDIS)) {
            assertThat(stack.get(StandIn.class).name()).isEqualTo("redis");
            assertThat(stack.awaitReady(Duration.ofSeconds(1))).isTrue();
            assertThat(stack.health().health()).isEqualTo(Health.DEGRADED);
            assertThat(stack.health().stack()).contains("editing");
        }
    }

    private static StackConfig redisAt(String host) {
        return StackConfig.of(Map.of("ha.redis.nodes.r1.address", host, "ha.redis.nodes.r2.address", host + ":6380"));
    }

    /** What the facade logs of WARN and above while it opens this. */
    private static List<String> warnings(StackConfig config) {
        Logger log = (Logger) LoggerFactory.getLogger(HaStack.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        HaStack stack = HaStack.open(config);
        try {
            return lines.list.stream()
                    .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                    .map(ILoggingEvent::getFormattedMessage)
                    .toList();
        } finally {
            stack.close();
            log.detachAppender(lines);
        }
    }

    @Test
    void opening_warns_once_of_connections_to_other_machines_that_are_not_encrypted() {
        assertThat(warnings(redisAt("redis.internal")))
                .containsExactly(
                        "connections to nodes of other machines are not safe: redis encrypts nothing, the password"
                                + " included (redis.internal; ha.redis.tls.enabled=true)");
        assertThat(warnings(redisAt("127.0.0.1"))).isEmpty();
    }

    @Test
    void opening_warns_of_no_store_that_is_not_open() {
        assertThat(warnings(WITH_POSTGRES_ONLY)).isEmpty();
    }

    @Test
    void a_store_that_is_not_there_is_told_with_what_is() {
        try (HaStack stack = HaStack.open(WITH_REDIS)) {
            assertThatThrownBy(() -> stack.get(Runnable.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no Runnable")
                    .hasMessageContaining("[redis]");
        }
    }

    @Test
    void a_store_of_another_kind_of_deployment_is_refused_with_what_is_configured_and_what_to_ask_for() {
        try (HaStack stack = HaStack.open(WITH_REDIS)) {
            assertThatThrownBy(() -> stack.get(Cloneable.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("this stack has no Cloneable: ha.redis.database is 0: ask for StandIn");
        }
    }

    @Test
    void a_section_whose_module_is_not_on_the_class_path_is_not_used() {
        try (HaStack stack = HaStack.open(WITH_POSTGRES_ONLY)) {
            assertThat(stack.health().stores()).isEmpty();
            assertThat(stack.health().health()).isEqualTo(Health.UP);
            assertThatThrownBy(() -> stack.get(StandIn.class)).hasMessageContaining("open are []");
        }
    }

    @Test
    void closes_once_with_the_drain_it_was_given() {
        HaStack stack = HaStack.open(WITH_REDIS);
        assertThat(stack.close(Duration.ofSeconds(90).plusMillis(900))).isTrue();
        stack.close();
        assertThat(CALLS).containsExactly("close 90");
    }

    @Test
    void closes_with_a_drain_that_every_store_can_add_to_its_clock() {
        assertThat(HaStack.open(WITH_REDIS).close(Duration.ofSeconds(Long.MAX_VALUE)))
                .isTrue();
        assertThat(HaStack.open(WITH_REDIS).close(Duration.ofSeconds(Long.MIN_VALUE)))
                .isTrue();
        assertThat(CALLS).containsExactly("close " + Duration.ofDays(365).toSeconds(), "close 0");
    }

    @Test
    @SuppressWarnings("NullAway") // A program that is not checked may.
    void a_drain_that_is_missing_is_told_and_closes_nothing() {
        HaStack stack = HaStack.open(WITH_REDIS);
        assertThatThrownBy(() -> stack.close(null)).hasMessageStartingWith("drain is null");
        assertThat(CALLS).isEmpty();
        assertThat(stack.close(Duration.ZERO)).isTrue();
        assertThat(CALLS).containsExactly("close 0");
    }

    @Test
    void a_second_close_does_not_say_that_all_has_ended_while_the_first_goes_on() {
        HaStack stack = HaStack.open(WITH_REDIS);
        stack.get(StandIn.class).meanwhile = () -> CALLS.add("second " + stack.close(Duration.ZERO));

        assertThat(stack.close(Duration.ZERO)).isTrue();

        assertThat(CALLS).containsExactly("second false", "close 0");
        assertThat(stack.close(Duration.ZERO)).isTrue();
    }

    @Test
    @SuppressWarnings("NullAway") // A program that is not checked may.
    void any_timeout_can_be_waited_for() {
        try (HaStack stack = HaStack.open(WITH_REDIS)) {
            assertThat(stack.awaitReady(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
            boolean unused = stack.awaitReady(Duration.ofSeconds(Long.MIN_VALUE));
            assertThatThrownBy(() -> stack.awaitReady(null)).hasMessageStartingWith("timeout is null");
        }
    }

    @Test
    void a_module_that_cannot_open_leaves_no_thread_behind() {
        StackConfig broken = StackConfig.of(Map.of("ha.stack", "broken", "ha.redis.nodes.r1.address", "r1:6379"));
        assertThatThrownBy(() -> HaStack.open(broken)).hasMessage("cannot open");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(Thread::isAlive)
                .extracting(Thread::getName)
                .doesNotContain("ha-stack-events");
    }
}
