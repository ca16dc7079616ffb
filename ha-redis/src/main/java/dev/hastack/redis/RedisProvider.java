package dev.hastack.redis;

import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.StoreProvider;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.config.StackConfig;
import java.util.Optional;

/** Lets Redis join a stack. Public only because {@link java.util.ServiceLoader} makes it. */
public final class RedisProvider implements StoreProvider {

    /** Called by the service loader. */
    public RedisProvider() {}

    @Override
    public boolean configured(StackConfig config) {
        return config.redis().isPresent();
    }

    @Override
    public Store open(StoreContext context) {
        RedisConfig config = context.config().redis().orElseThrow();
        return config.cluster() ? ClusterStore.open(context, config) : Replication.open(context, config);
    }

    @Override
    public Optional<String> mismatch(Class<?> type, StackConfig config) {
        boolean cluster = config.redis().map(RedisConfig::cluster).orElse(false);
        if (cluster && type == HaRedis.class) {
            return Optional.of(
                    "ha.redis.cluster is true, so that its Redis is a Redis Cluster: ask for HaRedisCluster.class,"
                            + " or set ha.redis.cluster=false if the nodes are one primary and its replicas");
        }
        if (!cluster && type == HaRedisCluster.class) {
            return Optional.of("ha.redis.cluster is false, so that its Redis is one primary and its replicas: ask for"
                    + " HaRedis.class, or set ha.redis.cluster=true if the nodes form a Redis Cluster");
        }
        return Optional.empty();
    }
}
