package dev.hastack.core.health;

import java.util.List;

/** A store as its module has probed it. */
record ProbedStore(String store, Health health, String summary, List<HealthNote> notes, List<NodeHealth> nodes)
        implements StoreHealth {
    ProbedStore {
        notes = List.copyOf(notes);
        nodes = List.copyOf(nodes);
    }
}
