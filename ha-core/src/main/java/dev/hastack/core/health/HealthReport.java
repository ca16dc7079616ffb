package dev.hastack.core.health;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The health of everything that this process uses, from the last probes: no I/O was done for it.
 *
 * @param health the worst of the stores'; UP without stores
 * @param stack that this process belongs to, if any
 * @param service this program
 * @param at when it was made
 */
public record HealthReport(
        Health health, Optional<String> stack, String service, Instant at, List<StoreHealth> stores) {
    public HealthReport {
        stores = List.copyOf(stores);
    }

    /** Of these stores, now. */
    public static HealthReport of(Optional<String> stack, String service, Instant at, List<StoreHealth> stores) {
        Health worst = stores.stream().map(StoreHealth::health).reduce(Health.UP, Health::or);
        return new HealthReport(worst, stack, service, at, stores);
    }

    /**
     * Returns the health of a store of this stack.
     *
     * @param name {@code postgres}, {@code redis} or {@code elasticsearch}
     * @throws IllegalArgumentException if the stack has no such store; which stores it has does not change while it is
     *     open, so that this is a mistake of the program or of the configuration
     */
    public StoreHealth store(String name) {
        return stores.stream()
                .filter(store -> store.store().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("this stack has no store \"" + name + "\": it has " + names()
                                + "; correct the name, or configure its nodes (ha.<store>.nodes.<id>.address)"
                                + " and put its module on the class path"));
    }

    private List<String> names() {
        return stores.stream().map(StoreHealth::store).toList();
    }
}
