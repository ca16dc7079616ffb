package dev.hastack.core;

import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.HealthReport;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Time;
import dev.hastack.core.monitor.TopologyEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores of one configuration, open: the entry to ha-stack. A program opens one, at its start, and closes it at its
 * end. Store modules on the class path join by {@link StoreProvider}; those that the configuration does not have stay
 * out, and so do sections of the configuration whose module is not on the class path. Thread-safe.
 */
public final class HaStack implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HaStack.class);
    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);
    /** For the ends of threads and connections, after the drain. */
    private static final Duration REST = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofDays(365);

    private final StackConfig config;
    private final Events events;
    private final Time time;
    private final List<Store> stores = new ArrayList<>();
    private final List<StoreProvider> modules = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean drained;

    private HaStack(StackConfig config) {
        this.config = config;
        this.time = Time.system();
        this.events = new Events();
    }

    /**
     * Opens every configured store whose module is on the class path. Returns at once and never fails because a node is
     * down: connections are made in the background, and {@link #awaitReady} waits for them.
     */
    public static HaStack open(StackConfig config) {
        HaStack stack = new HaStack(config);
        try {
            StoreContext context = new StoreContext(config, stack.events, stack.time, new Machine());
            for (StoreProvider provider : ServiceLoader.load(StoreProvider.class, HaStack.class.getClassLoader())) {
                if (provider.configured(config)) {
                    stack.stores.add(provider.open(context));
                    stack.modules.add(provider);
                }
            }
            Encryption.warning(config, stack.stores.stream().map(Store::name).collect(Collectors.toSet()))
                    .ifPresent(text -> LOG.warn("{}", text));
            return stack;
        } catch (RuntimeException | Error e) {
            stack.close(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Returns the store of this type.
     *
     * @param type the facade of a store module, such as {@code HaPostgres.class}
     * @throws IllegalArgumentException if the configuration does not have it, has it as another kind of deployment, or its
     *     module is not on the class path; the message says which
     */
    public <T> T get(Class<T> type) {
        for (Store store : stores) {
            if (type.isInstance(store)) {
                return type.cast(store);
            }
        }
        throw new IllegalArgumentException("this stack has no " + type.getSimpleName() + ": " + whyNot(type));
    }

    private String whyNot(Class<?> type) {
        return modules.stream()
                .flatMap(module -> module.mismatch(type, config).stream())
                .findFirst()
                .orElseGet(() -> "open are "
                        + stores.stream().map(Store::name).collect(Collectors.joining(", ", "[", "]"))
                        + "; configure its nodes (ha.<store>.nodes.<id>.address) and put its module on the class path");
    }

    /** Health per node, store and stack, from the last probes; does no I/O. */
    public HealthReport health() {
        return HealthReport.of(
                config.stack(),
                config.service(),
                time.now(),
                stores.stream().map(Store::health).toList());
    }

    /**
     * Waits until every store is ready: each node was heard of once, and the store can do what this service may do.
     *
     * @return false if the timeout passed, or the thread was interrupted, before; {@link #health} says what is missing
     */
    public boolean awaitReady(Duration timeout) {
        Instant until = time.now().plus(bounded(timeout, "timeout"));
        try {
            for (Store store : stores) {
                if (!store.awaitReady(Duration.between(time.now(), until))) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Calls the listener for every change of any store's topology, in order, on one thread of the stack's own.
     *
     * @return closing it ends the subscription
     */
    public Events.Subscription subscribe(Consumer<TopologyEvent> listener) {
        return events.subscribe(listener);
    }

    /** Closes with a drain of ten seconds; see {@link #close(Duration)}. */
    @Override
    public void close() {
        boolean unused = close(DEFAULT_DRAIN);
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
    public boolean close(Duration drain) {
        Duration allowed = bounded(drain, "drain");
        if (closed.compareAndSet(false, true)) {
            boolean ended = Closing.all(stores, allowed, REST);
            events.close();
            drained = ended;
        }
        return drained;
    }

    /** For ever would overflow; a mistake is told before anything is closed. */
    private static Duration bounded(Duration time, String name) {
        Objects.requireNonNull(time, () -> name + " is null: give a Duration, such as Duration.ofSeconds(10)");
        if (time.isNegative()) {
            return Duration.ZERO;
        }
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }
}
