package dev.hastack.elasticsearch;

import dev.hastack.core.StoreContext;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Time;
import org.jspecify.annotations.NullMarked;

/** Opens ha-stack over another HTTP client, for benchmarks: all of it runs, probes included, but for that. */
@NullMarked
public final class StubbedElasticsearch {
    private StubbedElasticsearch() {}

    /** Opens it at once; the probes begin. */
    public static HaElasticsearch open(StackConfig config, Events events, NodeConnector connector) {
        return RoutedElasticsearch.open(
                new StoreContext(config, events, Time.system(), new Machine()),
                config.elasticsearch().orElseThrow(),
                connector);
    }
}
