package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.StringCodec;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HaRedisTest {
    private final List<Object> asked = new ArrayList<>();

    @Test
    void a_service_stubs_it_with_the_connection_of_its_own_test() {
        StatefulRedisConnection<?, ?> own = stub(StatefulRedisConnection.class, (proxy, method, arguments) -> true);

        HaRedis redis = stub(HaRedis.class, answering(own));

        assertThat((Object) redis.connection()).isSameAs(own);
        assertThat(asked).containsExactly(StringCodec.UTF8);
    }

    @Test
    void a_service_stubs_a_cluster_with_the_connection_of_its_own_test() {
        StatefulRedisClusterConnection<?, ?> own =
                stub(StatefulRedisClusterConnection.class, (proxy, method, arguments) -> true);

        HaRedisCluster redis = stub(HaRedisCluster.class, answering(own));

        assertThat((Object) redis.connection()).isSameAs(own);
        assertThat(asked).containsExactly(StringCodec.UTF8);
    }

    /** What has a default runs, and calls what has none. */
    private InvocationHandler answering(Object own) {
        return (proxy, method, arguments) -> {
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            asked.add(arguments[0]);
            return own;
        };
    }

    private static <T> T stub(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }
}
