package dev.hastack.core.health;

import java.util.List;

/**
 * One store.
 *
 * @param store {@code postgres}, {@code redis} or {@code elasticsearch}
 * @param health UP if all nodes serve, DOWN if the store can do nothing of what this service may do with it
 * @param summary its topology in one line
 * @param nodes by id
 */
public record StoreHealth(String store, Health health, String summary, List<NodeHealth> nodes) {
    public StoreHealth {
        nodes = List.copyOf(nodes);
    }
}
