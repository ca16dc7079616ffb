package dev.hastack.core.topology;

import java.util.List;

/**
 * The outcome of one input.
 *
 * @param next the snapshot to publish; the same object as before if nothing in it is different
 * @param changes what listeners are told, in order; empty if nothing that they are told of changed
 * @param actions what to do, in order, after publication
 */
public record Step(Snapshot next, List<Change> changes, List<Action> actions) {
    public Step {
        changes = List.copyOf(changes);
        actions = List.copyOf(actions);
    }
}
