package dev.hastack.postgres;

import dev.hastack.core.StoreContext;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Time;
import java.sql.Connection;
import java.util.function.BiFunction;
import org.jspecify.annotations.NullMarked;

/** Opens ha-stack over another driver, for benchmarks: all of it runs, probes included, but for the driver itself. */
@NullMarked
public final class StubbedPostgres {
    private StubbedPostgres() {}

    /**
     * Opens it at once; the probes begin.
     *
     * @param connect gives a new connection to the node of this id, which runs the other argument when it is given back
     */
    public static HaPostgres open(StackConfig config, Events events, BiFunction<String, Runnable, Connection> connect) {
        return PooledPostgres.open(
                new StoreContext(config, events, Time.system(), new Machine()),
                config.postgres().orElseThrow(),
                (node, socketsKey, defaults) -> returned -> connect.apply(node, returned));
    }
}
