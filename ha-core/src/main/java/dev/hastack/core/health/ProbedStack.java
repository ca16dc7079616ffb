package dev.hastack.core.health;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A stack as the modules of its stores have probed it. */
record ProbedStack(Health health, Optional<String> stack, String service, Instant at, List<StoreHealth> stores)
        implements HealthReport {
    ProbedStack {
        stores = List.copyOf(stores);
    }
}
