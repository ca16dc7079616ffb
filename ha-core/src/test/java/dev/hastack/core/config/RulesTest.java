package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ha.probe.timeout|1s|ha.probe.timeout = \"1s\" (program): expected less than ha.probe.interval, which is 1s",
                "ha.probe.interval|400ms|ha.probe.timeout = \"500ms\" (default): expected less than ha.probe.interval,"
                        + " which is 400ms",
                "ha.probe.interval|11s|ha.postgres.reads.max-lag = \"10s\" (default): expected at least"
                        + " ha.probe.interval, which is 11s",
                "ha.postgres.reads.max-lag|900ms|ha.postgres.reads.max-lag = \"900ms\" (program): expected at least"
                        + " ha.probe.interval, which is 1s",
                "ha.postgres.reads.max-lag|0s|ha.postgres.reads.max-lag = \"0s\" (program): expected more than 0",
                "ha.postgres.pool.min-idle|11|ha.postgres.pool.min-idle = \"11\" (program): expected from 0 to max-size,"
                        + " which is 10",
                "ha.postgres.pool.max-size|0|ha.postgres.pool.max-size = \"0\" (program): expected at least 1",
                "ha.postgres.pool.connection-timeout|200ms|ha.postgres.pool.connection-timeout = \"200ms\" (program):"
                        + " expected at least 250ms",
                "ha.postgres.nodes.Main_1.address|x|ha.postgres.nodes.Main_1.address (program): expected an id that"
                        + " matches [a-z0-9]([a-z0-9-]*[a-z0-9])?",
                "ha.postgres.nodes.other.address|pg-main:5432|ha.postgres.nodes.other.address = \"pg-main:5432\""
                        + " (program): expected another address than that of node main",
                "ha.postgres.nodes.other.stack|editing|ha.postgres.nodes.other.address: required, not set in any source"
                        + " (looked in program; or set HA_POSTGRES_NODES_OTHER_ADDRESS)",
                "ha.postgres.identity|abc|ha.postgres.identity = \"abc\" (program): expected a system identifier: a number",
                "ha.postgres.database|''|ha.postgres.database = \"\" (program): expected a name",
                "ha.postgres.properties.user|cms|ha.postgres.properties.user = \"cms\" (program): expected in"
                        + " ha.postgres.username",
                "ha.redis.key-prefix|cms:|ha.redis.sentinel: expected at least one node, or Sentinel: set"
                        + " ha.redis.nodes.<id>.address, or ha.redis.sentinel.master and ha.redis.sentinel.nodes",
                "ha.elasticsearch.index-prefix|cms|ha.elasticsearch.nodes: expected at least one node: set"
                        + " ha.elasticsearch.nodes.<id>.address",
            })
    void a_broken_rule_is_said_of_the_key_that_broke_it(String key, String value, String fault) {
        assertThat(Minimal.faults(key, value)).containsExactly(fault);
    }

    @Test
    void a_rule_between_two_stores_is_looked_at_though_a_third_is_broken() {
        assertThat(Minimal.faults("ha.probe.interval", "11s", "ha.redis.nodes.a.address", "a:b"))
                .hasSize(2);
        assertThat(Minimal.faults("ha.stack", "A", "ha.redis.sentinel.nodes", "a"))
                .hasSize(2);
    }

    @Test
    void a_program_that_makes_its_own_records_meets_the_same_rules() {
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> new ProbeConfig(second, second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("timeout: expected less than ha.probe.interval, which is 1s");
        assertThat(new StackConfig(
                                Optional.of("editing"),
                                "editor",
                                Optional.empty(),
                                new ProbeConfig(second, Duration.ofMillis(100)),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())
                        .postgres())
                .isEmpty();
    }

    @Test
    void nothing_but_defaults_is_a_configuration_without_stores() {
        StackConfig config = StackConfig.of(Map.of());

        assertThat(config.stack()).isEmpty();
        assertThat(config.service()).isEqualTo("default");
        assertThat(config.probe()).isEqualTo(new ProbeConfig(Duration.ofSeconds(1), Duration.ofMillis(500)));
        assertThat(config.postgres()).isEmpty();
    }

    @Test
    void the_defaults_of_PostgreSQL_keep_as_many_connections_as_there_may_be() {
        PostgresConfig postgres = Minimal.postgres();

        assertThat(postgres.pool().warm()).isEqualTo(10);
        assertThat(postgres.reads())
                .isEqualTo(new PostgresConfig.Reads(
                        Duration.ofSeconds(10),
                        ReadPreference.REPLICA,
                        Duration.ofSeconds(5),
                        ReadFallback.PRIMARY,
                        new Share(50)));
        assertThat(postgres.writes().maxWait()).isEqualTo(Duration.ofSeconds(10));
        assertThat(postgres.writable()).isTrue();
    }

    @Test
    void an_address_of_Elasticsearch_always_has_a_port() {
        assertThat(ConfigLoader.bare()
                        .with(Map.of(
                                "ha.elasticsearch.nodes.a.address", "https://es/path",
                                "ha.elasticsearch.index-prefix", "cms"))
                        .load()
                        .elasticsearch()
                        .orElseThrow()
                        .nodes()
                        .get("a"))
                .hasToString("Node[address=https://es:9200/path, stack=Optional.empty, zone=Optional.empty]");
    }
}
