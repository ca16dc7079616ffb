package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An ACL user over TLS. */
@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica-1"},
                        password = true,
                        tls = true))
class SecurityIT {
    private final RedisReplication redis;

    SecurityIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void a_user_with_a_password_is_served_over_tls() {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            assertThat(store.connection().sync().set("secure", "1")).isEqualTo("OK");
            assertThat(store.primary().sync().get("secure")).isEqualTo("1");
            assertThat(store.dedicated().sync().ping()).isEqualTo("PONG");
            assertThat(store.pubSub().sync().ping()).isEqualTo("PONG");
        }
    }

    @Test
    void a_wrong_password_is_told_without_it_and_not_waited_for() {
        Map<String, String> wrong = Map.of("ha.redis.password", "not-the-one");
        try (HaStack stack = Stacks.open(redis, wrong)) {
            assertThatThrownBy(
                            () -> stack.get(HaRedis.class).connection().sync().set("secure", "1"))
                    .isInstanceOf(NoPrimaryException.class)
                    .hasMessageContaining("every node denies access")
                    .hasMessageContaining("ha.redis.username")
                    .hasMessageNotContaining("not-the-one");
            assertThat(stack.health().toString()).doesNotContain("not-the-one").contains("WRONGPASS");
        }
    }
}
