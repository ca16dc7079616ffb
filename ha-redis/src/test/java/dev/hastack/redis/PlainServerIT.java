package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** TLS is spoken to servers that do not speak it. */
@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica-1", "replica-2"},
                        sentinels = 3))
class PlainServerIT {
    private final RedisReplication redis;

    PlainServerIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void that_they_do_not_is_told_and_not_to_check_the_password() throws Exception {
        try (Said said = Said.by(SentinelLog.class.getName());
                HaStack stack =
                        Stacks.open(redis, Map.of("ha.redis.tls.enabled", "true", "ha.redis.tls.verify", "none"))) {
            for (String node : new String[] {"main", "replica-1", "replica-2"}) {
                until(
                        "it is told",
                        () -> Stacks.health(stack, node)
                                .reason()
                                .orElse("")
                                .contains("TLS: the server does not speak TLS; ha.redis.tls"));
            }
            assertThatThrownBy(
                            () -> stack.get(HaRedis.class).connection().sync().get("x"))
                    .hasMessageContaining("waiting is in vain: TLS: the server does not speak TLS")
                    .hasMessageNotContaining("check ha.redis.username");
            until(
                    "it is told of each Sentinel",
                    () -> said.count(" does not answer: TLS: the server does not speak TLS; ha.redis.tls") == 3);
        }
    }
}
