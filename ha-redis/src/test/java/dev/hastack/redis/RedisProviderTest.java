package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.StackConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RedisProviderTest {
    private static StackConfig config(boolean cluster) {
        return StackConfig.of(Map.of("ha.redis.nodes.r1.address", "r1:6379", "ha.redis.cluster", "" + cluster));
    }

    private static String mismatch(Class<?> type, boolean cluster) {
        return new RedisProvider().mismatch(type, config(cluster)).orElse("");
    }

    @Test
    void of_a_cluster_no_single_primary_is_to_be_had() {
        assertThat(mismatch(HaRedis.class, true))
                .contains("ha.redis.cluster is true", "HaRedisCluster.class", "ha.redis.cluster=false");
    }

    @Test
    void of_a_primary_with_replicas_no_cluster_is_to_be_had() {
        assertThat(mismatch(HaRedisCluster.class, false))
                .contains("ha.redis.cluster is false", "HaRedis.class", "ha.redis.cluster=true");
    }

    @Test
    void what_is_configured_and_what_is_not_its_own_are_no_mismatch() {
        assertThat(mismatch(HaRedis.class, false)).isEmpty();
        assertThat(mismatch(HaRedisCluster.class, true)).isEmpty();
        assertThat(mismatch(Runnable.class, true)).isEmpty();
    }
}
