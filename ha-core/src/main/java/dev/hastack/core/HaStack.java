package dev.hastack.core;

import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.HealthReport;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.monitor.TopologyEvent;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The stores of one configuration, open: the entry to ha-stack. A program opens one, at its start, and closes it at its
 * end. Store modules on the class path join by {@link StoreProvider}; those that the configuration does not have stay
 * out, and so do sections of the configuration whose module is not on the class path. Thread-safe.
 */
public interface HaStack extends AutoCloseable {

    /**
     * Opens every configured store whose module is on the class path. Returns at once and never fails because a node is
     * down: connections are made in the background, and {@link #awaitReady} waits for them.
     */
    static HaStack open(StackConfig config) {
        return ConfiguredStack.open(config);
    }

    /**
     * Returns the store of this type.
     *
     * @param type the facade of a store module, such as {@code HaPostgres.class}
     * @throws IllegalArgumentException if the configuration does not have it, has it as another kind of deployment, or its
     *     module is not on the class path; the message says which
     */
    <T> T get(Class<T> type);

    /** Returns the health of each node, each store and the stack, from the last probes; does no I/O. */
    HealthReport health();

    /**
     * Waits until every store is ready: each node has answered its probe or failed it once, and the store can do what this
     * service may do.
     *
     * @return false if the timeout passed, or the thread was interrupted, before; {@link #health} says what is missing
     */
    boolean awaitReady(Duration timeout);

    /**
     * Calls the listener for every change of any store's topology, in order, on one thread of the stack's own.
     *
     * @return closing it ends the subscription
     */
    Events.Subscription subscribe(Consumer<TopologyEvent> listener);

    /** Closes the stack with a drain of ten seconds, as {@link #close(Duration)} does. */
    @Override
    default void close() {
        boolean unused = close(Duration.ofSeconds(10));
    }

    /**
     * Stops handing out connections, lets those in use finish for at most {@code drain}, aborts the rest, and ends every
     * thread of the stack; all stores at once. Returns within six seconds after {@code drain} at the latest, whatever the
     * program's own code does in a callback, a listener or a job handler: a thread that such code never gives back is left to
     * itself, and is a daemon, so that it does not keep the process alive. Closing twice, or while another thread closes,
     * does nothing.
     *
     * @param drain negative counts as zero
     * @return whether all that was in use finished, and everything ended, in time; false while another thread closes
     */
    boolean close(Duration drain);
}
