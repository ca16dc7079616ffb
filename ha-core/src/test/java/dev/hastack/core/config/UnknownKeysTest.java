package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class UnknownKeysTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(StackConfig.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
    }

    private List<String> logged() {
        return log.list.stream()
                .map(e -> e.getLevel() + " " + e.getFormattedMessage())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "ha.postgres.pool.conection-timeout,ha.postgres.pool.connection-timeout",
        "ha.postgres.pool.maxSize,ha.postgres.pool.max-size",
        "ha.postgres.nodes.main.adress,ha.postgres.nodes.main.address",
        "ha.postgress.nodes.main.address,ha.postgres.nodes.main.address",
        "ha.stacks.delivery.postgres.writeable,ha.stacks.delivery.postgres.writable",
        "ha.postgres.pasword,ha.postgres.password",
        "ha.redis.sentinel.node[0],ha.redis.sentinel.nodes",
        "ha.elasticsearch.publications.news.shard,ha.elasticsearch.publications.news.shards",
    })
    void an_unknown_key_is_a_fault_that_names_the_nearest_known_one(String unknown, String meant) {
        assertThat(Minimal.faults(unknown, "x"))
                .containsExactly(unknown + " (program): unknown key; did you mean " + meant + "?");
    }

    @ParameterizedTest
    @CsvSource({
        "ha.redis.tls,ha.redis.tls.enabled",
        "ha.redis.tls-verify,ha.redis.tls.verify",
        "ha.redis.tls-trust-certificates,ha.redis.tls.trust-certificates",
        "ha.redis.tls-certificate,ha.redis.tls.certificate",
        "ha.redis.tls-key,ha.redis.tls.key",
        "ha.elasticsearch.tls-verify,ha.elasticsearch.tls.verify",
        "ha.elasticsearch.tls-trust-certificates,ha.elasticsearch.tls.trust-certificates",
        "ha.elasticsearch.tls-fingerprint,ha.elasticsearch.tls.fingerprint",
        "ha.elasticsearch.search-timeout,ha.elasticsearch.reads.timeout",
        "ha.elasticsearch.write-timeout,ha.elasticsearch.writes.timeout",
        "ha.elasticsearch.reroute-after,ha.elasticsearch.reads.reroute-after",
        "ha.elasticsearch.partial-results,ha.elasticsearch.reads.partial-results",
    })
    void a_key_that_was_called_otherwise_leads_to_what_it_is_called_now(String former, String now) {
        assertThat(Minimal.faults(former, "x"))
                .containsExactly(former + " (program): unknown key; did you mean " + now + "?");
    }

    @Test
    void a_variable_that_names_a_group_is_no_mere_warning_since_it_would_have_switched_it_on() {
        Map<String, String> settings = Minimal.with("ha.redis.nodes.a.address", "a");
        assertThat(Minimal.faults(
                        ConfigLoader.bare().with(settings).environment(Map.of("HA_POSTGRES_PROPERTIES", "true"))))
                .isEmpty();
        assertThat(Minimal.faults(ConfigLoader.bare().with(settings).environment(Map.of("HA_REDIS_TLS", "true"))))
                .containsExactly(
                        "HA_REDIS_TLS (environment): stands for no key as it is spelt; did you mean HA_REDIS_TLS_ENABLED?");
    }

    @Test
    void nothing_is_suggested_where_nothing_is_near() {
        assertThat(Minimal.faults("ha.entirely.different", "x"))
                .containsExactly("ha.entirely.different (program): unknown key");
    }

    @Test
    void who_a_process_is_cannot_be_overridden_for_a_stack() {
        assertThat(Minimal.faults("ha.stacks.delivery.service", "x"))
                .singleElement()
                .asString()
                .contains("unknown key");
    }

    @Test
    void an_unknown_variable_is_a_warning_without_its_value() {
        ConfigLoader.bare()
                .with(Minimal.with())
                .environment(Map.of("HA_POSTGRES_POL_MAX_SIZE", "hunter2", "HA_PORT", "tcp://10.0.0.1:80"))
                .load();

        assertThat(logged())
                .containsExactly(
                        "WARN HA_PORT (environment): stands for no key",
                        "WARN HA_POSTGRES_POL_MAX_SIZE (environment): stands for no key; did you mean"
                                + " HA_POSTGRES_POOL_MAX_SIZE?");
    }

    @Test
    void one_key_decides_what_becomes_of_all_of_them() {
        Map<String, String> environment = Map.of("HA_FOO", "x");

        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with("ha.foo", "x", "ha.config.unknown-keys", "fail"))
                        .environment(environment)))
                .hasSize(2);
        assertThat(logged()).isEmpty();
        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with("ha.foo", "x", "ha.config.unknown-keys", "ignore"))
                        .environment(environment)))
                .isEmpty();
        assertThat(logged()).isEmpty();
        assertThat(Minimal.faults(ConfigLoader.bare()
                        .with(Minimal.with("ha.foo", "x", "ha.config.unknown-keys", "warn"))
                        .environment(environment)))
                .isEmpty();
        assertThat(log.list).hasSize(2).extracting(ILoggingEvent::getLevel).containsOnly(Level.WARN);
    }

    @Test
    void an_unknown_key_makes_no_store() {
        assertThat(StackConfig.of(Minimal.with("ha.redis.foo", "x", "ha.config.unknown-keys", "ignore"))
                        .redis())
                .isEmpty();
    }
}
