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

/** A stack whose stores the service loader has found. Thread-safe. */
final class ConfiguredStack implements HaStack {
    private static final Logger LOG = LoggerFactory.getLogger(HaStack.class);
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

    private ConfiguredStack(StackConfig config) {
        this.config = config;
        this.time = Time.system();
        this.events = new Events();
    }

    static ConfiguredStack open(StackConfig config) {
        ConfiguredStack stack = new ConfiguredStack(config);
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

    @Override
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

    @Override
    public HealthReport health() {
        return HealthReport.of(
                config.stack(),
                config.service(),
                time.now(),
                stores.stream().map(Store::health).toList());
    }

    @Override
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

    @Override
    public Events.Subscription subscribe(Consumer<TopologyEvent> listener) {
        return events.subscribe(listener);
    }

    @Override
    public boolean close(Duration drain) {
        Duration allowed = bounded(drain, "drain");
        if (closed.compareAndSet(false, true)) {
            boolean ended = Closing.all(stores, allowed, REST);
            events.close();
            drained = ended;
        }
        return drained;
    }

    /** For ever would overflow; a mistake is reported before anything is closed. */
    private static Duration bounded(Duration time, String name) {
        Objects.requireNonNull(time, () -> name + " is null: give a Duration, such as Duration.ofSeconds(10)");
        if (time.isNegative()) {
            return Duration.ZERO;
        }
        return time.compareTo(LONGEST) > 0 ? LONGEST : time;
    }
}
