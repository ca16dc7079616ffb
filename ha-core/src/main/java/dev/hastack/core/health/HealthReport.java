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
}
