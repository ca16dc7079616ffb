package dev.hastack.postgres;

import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.StoreProvider;
import dev.hastack.core.config.StackConfig;

/** Lets PostgreSQL join a stack. Public only because {@link java.util.ServiceLoader} makes it. */
public final class PostgresProvider implements StoreProvider {

    /** Called by the service loader. */
    public PostgresProvider() {}

    @Override
    public boolean configured(StackConfig config) {
        return config.postgres().isPresent();
    }

    @Override
    public Store open(StoreContext context) {
        return PooledPostgres.open(context, context.config().postgres().orElseThrow());
    }
}
