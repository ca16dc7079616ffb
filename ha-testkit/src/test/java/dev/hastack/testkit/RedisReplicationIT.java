package dev.hastack.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every fault and its healing, on one primary with two replicas and three Sentinels. */
@Timeout(600)
class RedisReplicationIT {
    private static final Duration FAILOVER = Duration.ofSeconds(60);

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
        redis.heal();
    }

    private static void assertWhole() {
        redis.heal();
        assertThat(redis.primary()).isSameAs(main);
        assertThat(redis.nodes())
                .allSatisfy(node -> assertThat(node.command("GET", "kept")).isEqualTo("1"));
        assertThat(List.of(replica.isPrimary(), delivery.isPrimary())).containsOnly(false);
        assertThat(redis.sentinels())
                .allSatisfy(sentinel -> assertThat(sentinel.command(
                                "SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisReplication.SENTINEL_MASTER))
                        .isEqualTo(List.of("127.0.0.1", Integer.toString(main.port()))));
    }

    @Test
    void listens_at_the_loopback_address_alone() {
        String unused = main.proxied().address();
        assertThat(ListeningSockets.addresses())
                .hasSizeGreaterThanOrEqualTo(
                        redis.nodes().size() + redis.sentinels().size() + 1)
                .allMatch(InetAddress::isLoopbackAddress);
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
        // On a busy machine not each time; what waits for something, or starts it, never takes so little.
        Await.until(
                () -> "a quick look that finds nothing to heal",
                Duration.ofSeconds(60),
                () -> {
                    long begin = System.nanoTime();
                    redis.heal();
                    return System.nanoTime() - begin < Duration.ofMillis(100).toNanos();
                },
                () -> "");
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
    void a_replica_answers_that_it_is_loading_until_told_to_hurry() {
        delivery.startLoading();
        assertThatThrownBy(() -> delivery.command("GET", "kept")).hasMessageContaining("LOADING");
        assertWhole();
        assertThat(delivery.command("DBSIZE")).isEqualTo(1L);
    }

    @Test
    void undoes_config_set() {
        replica.command("CONFIG", "SET", "replica-priority", "0");
        assertWhole();
        assertThat(replica.command("CONFIG", "GET", "replica-priority")).isEqualTo(List.of("replica-priority", "100"));
    }

    @Test
    void heals_several_faults_at_once() {
        redis.sentinels().get(0).kill();
        redis.sentinels().get(1).hang();
        delivery.startLoading();
        delivery.proxied().cut();
        replica.cutReplication();
        main.hang();
        assertWhole();
        assertThat(redis.sentinels()).noneMatch(RedisProcess::isHung).allMatch(RedisProcess::isRunning);
    }

    @Test
    void a_dead_sentinel_comes_back_with_what_it_knew() {
        RedisSentinel first = redis.sentinels().get(0);
        first.kill();
        assertThatThrownBy(() -> first.command("PING")).hasMessageContaining("sentinel.1 does not run");
        first.start();
        assertThat(first.names(main)).isTrue();
    }

    @Test
    void wants_a_password_of_clients() {
        try (RedisReplication guarded = RedisReplication.builder()
                .node("main")
                .node("replica")
                .sentinels(1)
                .password()
                .start()) {
            Map<String, String> properties = guarded.properties();
            assertThat(properties).containsEntry("ha.redis.username", "app");
            RedisNode first = guarded.node("main");
            assertThatThrownBy(() -> client(first, List.of()).command(List.of("GET", "a")))
                    .hasMessageContaining("NOAUTH");
            RespClient application =
                    client(first, List.of("AUTH", "app", properties.getOrDefault("ha.redis.password", "")));
            assertThat(application.command(List.of("SET", "a", "1"))).isEqualTo("OK");
            assertThatThrownBy(() -> application.command(List.of("CONFIG", "GET", "*")))
                    .hasMessageContaining("NOPERM");
            application.drop();
            first.kill();
            assertThat(guarded.awaitPrimaryOtherThan(first, FAILOVER).command("GET", "a"))
                    .isEqualTo("1");
            guarded.heal();
            assertThat(guarded.primary()).isSameAs(first);
        }
    }

    private static RespClient client(RedisNode node, List<String> login) {
        return new RespClient(node.port(), SocketFactory.getDefault(), login);
    }

    @Test
    void speaks_tls_only_by_the_certificate_of_its_properties() throws Exception {
        try (RedisReplication encrypted = RedisReplication.builder()
                .node("main")
                .node("replica")
                .sentinels(1)
                .tls()
                .start()) {
            RedisNode first = encrypted.node("main");
            assertThatThrownBy(() -> client(first, List.of()).command(List.of("PING")))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(encrypted.properties()).containsEntry("ha.redis.tls.enabled", "true");
            Path certificate = Path.of(encrypted.properties().getOrDefault("ha.redis.tls.trust-certificates", ""));
            var sockets = new ServerTls(certificate, certificate).sockets();
            try (var socket = (SSLSocket) sockets.createSocket("127.0.0.1", first.port())) {
                socket.startHandshake();
                assertThat(socket.getSession().getProtocol()).startsWith("TLSv1.");
            }
            RedisNode second = encrypted.failover();
            assertThat(second.id()).isEqualTo("replica");
            encrypted.heal();
            assertThat(encrypted.primary()).isSameAs(first);
        }
    }

    @Test
    void shows_the_log_of_a_node_that_does_not_start() {
        assertThatThrownBy(() -> RedisReplication.builder()
                        .setting("maxmemory", "nonsense")
                        .start())
                .hasMessageContaining("Redis on [main] did not start")
                .hasMessageContaining("'maxmemory nonsense'");
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
