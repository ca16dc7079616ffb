package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault and its healing, on one primary with two replicas and three Sentinels. */
@Timeout(60)
class RedisReplicationIT {
    private static final Duration FAILOVER = Duration.ofSeconds(20);

    private static RedisReplication redis;
    private static RedisNode main;
    private static RedisNode replica;
    private static RedisNode delivery;

    @BeforeAll
    static void start() {
        redis = RedisReplication.builder()
                .node("main")
                .node("replica")
                .node("delivery")
                .sentinels(3)
                .start();
        main = redis.node("main");
        replica = redis.node("replica");
        delivery = redis.node("delivery");
        main.command("SET", "kept", "1");
    }

    @AfterAll
    static void close() {
        redis.close();
    }

    @BeforeEach
    void heal() {
        long b = System.nanoTime();
        redis.heal();
        System.out.println("heal " + (System.nanoTime() - b) / 1000000);
    }

    private static void assertWhole() {
        long b = System.nanoTime();
        redis.heal();
        System.out.println("heal " + (System.nanoTime() - b) / 1000000);
        assertThat(redis.primary()).isSameAs(main);
        assertThat(redis.nodes()).allSatisfy(node -> assertThat(node.command("GET", "kept")).isEqualTo("1"));
        assertThat(List.of(replica.isPrimary(), delivery.isPrimary())).containsOnly(false);
        assertThat(redis.sentinels()).allSatisfy(sentinel -> assertThat(
                        sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisReplication.SENTINEL_MASTER))
                .isEqualTo(List.of("127.0.0.1", Integer.toString(main.port()))));
    }

    @Test
    void replicates_from_the_first_node_to_all_others() {
        assertWhole();
        assertThat(redis.properties())
                .containsEntry("ha.redis.nodes.delivery.address", "127.0.0.1:" + delivery.port())
                .containsEntry("ha.redis.sentinel.master", "cms");
    }

    @Test
    void heals_in_milliseconds_when_nothing_is_broken() {
        redis.heal();
        long begin = System.nanoTime();
        redis.heal();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void sentinels_promote_a_replica_when_the_primary_dies() {
        main.kill();
        assertThat(redis.awaitPrimaryOtherThan(main, FAILOVER)).isSameAs(redis.primary());
        main.start();
        assertWhole();
    }

    @Test
    void sentinels_promote_a_replica_when_the_primary_hangs() {
        main.hang();
        assertThatThrownBy(() -> main.command("PING")).hasMessageContaining("main is hung");
        RedisNode promoted = redis.awaitPrimaryOtherThan(main, FAILOVER);
        promoted.command("SET", "late", "1");
        assertWhole();
        assertThat(main.command("DEL", "late")).isEqualTo(1L);
    }

    @Test
    void changes_places_by_sentinel_again_and_again() {
        RedisNode second = redis.failover();
        assertThat(second).isNotSameAs(main);
        RedisNode third = redis.failover();
        assertThat(third).isNotSameAs(second);
        assertWhole();
    }

    @Test
    void keeps_the_data_when_the_primary_dies_and_nobody_is_promoted() {
        redis.sentinels().forEach(RedisProcess::kill);
        main.kill();
        assertWhole();
    }

    @Test
    void a_replica_restarts() {
        replica.stop();
        assertThat(replica.isRunning()).isFalse();
        replica.start();
        assertWhole();
    }

    @Test
    void promotes_and_follows_without_sentinels() {
        redis.sentinels().forEach(RedisProcess::hang);
        main.hang();
        replica.promote();
        delivery.follow(replica);
        assertThat(redis.primary()).isSameAs(replica);
        main.resume();
        assertThat(redis.primary()).isSameAs(replica);
        main.follow(replica);
        main.kill();
        main.start();
        assertThat(main.isPrimary()).isFalse();
        assertWhole();
    }

    @Test
    void cuts_replication_and_heals_it() {
        delivery.cutReplication();
        main.command("SET", "late", "1");
        assertThat(delivery.command("GET", "late")).isNull();
        assertWhole();
        assertThat(delivery.command("GET", "late")).isEqualTo("1");
        main.command("DEL", "late");
    }

    @Test
    void undoes_config_set() {
        replica.command("CONFIG", "SET", "replica-priority", "0");
        assertWhole();
        assertThat(replica.command("CONFIG", "GET", "replica-priority")).isEqualTo(List.of("replica-priority", "100"));
    }

    @Test
    void heals_what_is_gone_altogether() {
        redis.nodes().forEach(RedisNode::kill);
        redis.sentinels().forEach(RedisSentinel::kill);
        redis.heal();
        main.command("SET", "kept", "1");
        assertWhole();
    }
}
