package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults of a cluster of three primaries with a replica each, and their healing. */
@Timeout(600)
class RedisClusterIT {
    private static final Duration FAILOVER = Duration.ofSeconds(60);
    /** Its slot, 3300, is the first primary's. */
    private static final String KEY = "b";

    private static RedisCluster cluster;
    private static RedisNode main;
    private static RedisNode replica;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(3, 1);
        main = cluster.node("main-1");
        replica = cluster.node("replica-1-1");
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void heal() {
        cluster.heal();
        main.command("SET", KEY, "1");
        assertThat(main.command("WAIT", "1", "5000")).isEqualTo(1L);
    }

    private static void assertWhole() {
        cluster.heal();
        assertThat(main.isPrimary()).isTrue();
        assertThat(replica.isPrimary()).isFalse();
        assertThat(main.command("GET", KEY)).isEqualTo("1");
    }

    @Test
    void listens_at_the_loopback_address_alone() {
        assertThat(ListeningSockets.addresses())
                .hasSizeGreaterThanOrEqualTo(2 * cluster.nodes().size())
                .allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void divides_the_slots_among_the_primaries() {
        assertThat(main.command("CLUSTER", "SHARDS"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .hasSize(3);
        assertThat(cluster.properties())
                .containsEntry("ha.redis.cluster", "true")
                .containsEntry(
                        "ha.redis.nodes.replica-3-1.address",
                        cluster.node("replica-3-1").address());
        assertWhole();
    }

    @Test
    void a_replica_takes_over_from_a_dead_primary() {
        main.kill();
        assertThat(cluster.awaitPrimaryOtherThan(main, FAILOVER)).isSameAs(replica);
        assertWhole();
    }

    @Test
    void a_replica_takes_over_from_a_hung_primary() {
        main.hang();
        assertThat(cluster.awaitPrimaryOtherThan(main, FAILOVER)).isSameAs(replica);
        main.resume();
        assertWhole();
    }

    @Test
    void promotes_without_asking() {
        replica.promote();
        assertThat(replica.isPrimary()).isTrue();
        assertWhole();
    }

    @Test
    void keeps_the_data_when_a_primary_dies_and_nobody_has_taken_over_yet() {
        main.kill();
        assertWhole();
    }

    @Test
    void heals_everything_at_once() {
        cluster.node("main-2").kill();
        cluster.node("replica-2-1").kill();
        cluster.node("main-3").hang();
        replica.cutReplication();
        replica.command("CONFIG", "SET", "maxmemory", "100mb");
        assertWhole();
        assertThat(replica.command("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "0"));
    }

    @Test
    void a_replica_loads() {
        replica.startLoading();
        assertThat(replica.isPrimary()).isFalse();
        assertWhole();
    }
}
