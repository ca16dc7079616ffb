package dev.hastack.core.health;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One store.
 *
 * @param store {@code postgres}, {@code redis} or {@code elasticsearch}
 * @param health UP if all nodes serve, DOWN if the store can do nothing of what this service may do with it
 * @param summary its topology in one line
 * @param notes what is worth knowing besides: those of the store first, then those that others add, by name
 * @param nodes by id
 */
public record StoreHealth(String store, Health health, String summary, List<HealthNote> notes, List<NodeHealth> nodes) {
    public StoreHealth {
        notes = List.copyOf(notes);
        nodes = List.copyOf(nodes);
    }

    /**
     * Returns a node by its id. Empty if it is no member now: members that Sentinel or a Redis Cluster names come and
     * go, so that an unknown id need not be a mistake.
     */
    public Optional<NodeHealth> node(String id) {
        return nodes.stream().filter(node -> node.node().equals(id)).findFirst();
    }

    /** Returns the first note with this code, if there is one; a queue and a publication have a note each. */
    public Optional<HealthNote> note(HealthCode code) {
        return notes.stream().filter(note -> note.code().equals(code.code())).findFirst();
    }

    /** Returns the summary and the texts of all notes in one line, for logs and people. */
    public String describe() {
        return notes.isEmpty()
                ? summary
                : Stream.concat(Stream.of(summary + ";"), notes.stream().map(HealthNote::text))
                        .collect(Collectors.joining(" "));
    }
}
