package dev.hastack.core.health;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Notes about what any store's topology may show. Used by store modules. */
public final class TopologyNotes {

    private TopologyNotes() {}

    /**
     * Returns what is worth a note in this topology, the weightiest first.
     *
     * @param writable whether this service may write, so that refused writes concern it
     */
    public static List<HealthNote> of(Snapshot snapshot, boolean writable) {
        List<HealthNote> notes = new ArrayList<>();
        if (snapshot.contested()) {
            notes.add(HealthNote.of(
                    HealthCode.CONTESTED,
                    "More than one node claims to be primary at the same epoch: decide which is right, and stop"
                            + " the others."));
        }
        if (writable) {
            snapshot.primary()
                    .ifPresent(primary -> primary.refuses(Refused.Use.WRITES)
                            .ifPresent(refused ->
                                    notes.add(writesRefused("The primary " + primary.node() + " takes no", refused))));
        }
        // Mostly all nodes refuse the same, which is said once.
        Map<String, List<String>> refusals = new LinkedHashMap<>();
        for (NodeView node : snapshot.nodes().values()) {
            node.refused().stream()
                    .filter(refused -> refused.use() == Refused.Use.NOTHING)
                    .forEach(refused -> refusals.computeIfAbsent(refused.text(), any -> new ArrayList<>())
                            .add(node.node()));
        }
        refusals.forEach((text, nodes) -> notes.add(factsUnknown(String.join(", ", nodes), text)));
        return notes;
    }

    /**
     * Returns the note that writes are refused.
     *
     * @param subject what takes none: {@code No node takes}
     */
    public static HealthNote writesRefused(String subject, Refused refused) {
        return HealthNote.of(HealthCode.WRITES_REFUSED, subject + " writes: " + refused.why());
    }

    /**
     * Returns the note that a question of the probe is refused.
     *
     * @param nodes their ids
     * @param refusal as {@link Refused#text} has it
     */
    public static HealthNote factsUnknown(String nodes, String refusal) {
        return HealthNote.of(HealthCode.FACTS_UNKNOWN, "Some facts are not known of " + nodes + ": " + refusal);
    }
}
