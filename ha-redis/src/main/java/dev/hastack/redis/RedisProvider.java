package dev.hastack.redis;

import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.StoreProvider;
import dev.hastack.core.config.StackConfig;

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
        return HaRedis.open(context, context.config().redis().orElseThrow());
    }
}
