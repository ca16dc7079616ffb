package dev.hastack.core.health;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The health of everything that this process uses, from the last probes: no I/O was done for it. Immutable. */
public interface HealthReport {

    /** Returns the report of these stores. */
    static HealthReport of(Optional<String> stack, String service, Instant at, List<StoreHealth> stores) {
        Health worst = stores.stream().map(StoreHealth::health).reduce(Health.UP, Health::or);
        return new ProbedStack(worst, stack, service, at, stores);
    }

    /** Returns the worst health of the stores; UP without stores. */
    Health health();

    /** Returns the stack that this process belongs to, if any. */
    Optional<String> stack();

    /** Returns the name of this program. */
    String service();

    /** Returns when the report was made. */
    Instant at();

    /** Returns the health of each store. */
    List<StoreHealth> stores();

    /**
     * Returns the health of a store of this stack.
     *
     * @param name {@code postgres}, {@code redis} or {@code elasticsearch}
     * @throws IllegalArgumentException if the stack has no such store; which stores it has does not change while it is
     *     open, so that this is a mistake of the program or of the configuration
     */
    default StoreHealth store(String name) {
        return stores().stream()
                .filter(store -> store.store().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("this stack has no store \"" + name + "\": it has "
                        + stores().stream().map(StoreHealth::store).toList()
                        + "; correct the name, or configure its nodes (ha.<store>.nodes.<id>.address)"
                        + " and put its module on the class path"));
    }
}
