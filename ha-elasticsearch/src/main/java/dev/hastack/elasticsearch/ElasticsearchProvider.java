package dev.hastack.elasticsearch;

import dev.hastack.core.Store;
import dev.hastack.core.StoreContext;
import dev.hastack.core.StoreProvider;
import dev.hastack.core.config.StackConfig;

/** Lets Elasticsearch join a stack. Public only because {@link java.util.ServiceLoader} makes it. */
public final class ElasticsearchProvider implements StoreProvider {

    /** Called by the service loader. */
    public ElasticsearchProvider() {}

    @Override
    public boolean configured(StackConfig config) {
        return config.elasticsearch().isPresent();
    }

    @Override
    public Store open(StoreContext context) {
        return RoutedElasticsearch.open(
                context, context.config().elasticsearch().orElseThrow());
    }
}
