package dev.hastack.core.health;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One store. Immutable. */
public interface StoreHealth {

    /** Returns the health of a store. For store modules. */
    static StoreHealth of(String store, Health health, String summary, List<HealthNote> notes, List<NodeHealth> nodes) {
        return new ProbedStore(store, health, summary, notes, nodes);
    }

    /** Returns {@code postgres}, {@code redis} or {@code elasticsearch}. */
    String store();

    /** Returns UP if all nodes serve, DOWN if the store can do nothing of what this service may do with it. */
    Health health();

    /** Returns its topology in one line. */
    String summary();

    /** Returns what is worth knowing besides: notes of the store first, then those that others add, by name. */
    List<HealthNote> notes();

    /** Returns the nodes by their ids. */
    List<NodeHealth> nodes();

    /**
     * Returns a node by its id. Empty if it is no member now: members that Sentinel or a Redis Cluster names come and
     * go, so that an unknown id need not be a mistake.
     */
    default Optional<NodeHealth> node(String id) {
        return nodes().stream().filter(node -> node.node().equals(id)).findFirst();
    }

    /** Returns the first note with this code, if there is one; a queue and a publication have a note each. */
    default Optional<HealthNote> note(HealthCode code) {
        return notes().stream().filter(note -> note.code().equals(code.code())).findFirst();
    }

    /** Returns the summary and the texts of all notes in one line, for logs and people. */
    default String describe() {
        return notes().isEmpty()
                ? summary()
                : Stream.concat(Stream.of(summary() + ";"), notes().stream().map(HealthNote::text))
                        .collect(Collectors.joining(" "));
    }
}
