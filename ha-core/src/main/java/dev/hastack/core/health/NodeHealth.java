package dev.hastack.core.health;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * One node as the last probes saw it.
 *
 * @param node its id in the configuration
 * @param address where it is, {@code host:port}
 * @param health UP while its connections may be used
 * @param role its status in the topology
 * @param suspect whether an error closed its gate and the next probe has yet to decide
 * @param epoch the last that it showed
 * @param lag an upper bound on how far its data is behind the primary; empty for a primary, or if it is not known
 * @param generation of its connections
 * @param breakerOpen whether its circuit breaker keeps reads away while another node serves them
 * @param since when it took this status
 * @param reason why it is not UP
 */
public record NodeHealth(
        String node,
        String address,
        Health health,
        Status role,
        boolean suspect,
        OptionalLong epoch,
        Optional<Duration> lag,
        int generation,
        boolean breakerOpen,
        Instant since,
        Optional<String> reason) {

    /** The reason of a node whose breaker is open. */
    public static final String BREAKER_OPEN =
            "its circuit breaker is open: it answers its probe, but half of the calls of the last seconds failed";

    /** The reason of a node whose breaker is open, and what comes next. */
    public static String breakerOpen(Duration nextTrial) {
        return BREAKER_OPEN + "; it is tried again in " + nextTrial.toMillis() + " ms";
    }

    /**
     * A node as the topology has it: DOWN while it is not usable or refuses everything, UP while it is usable and nothing
     * speaks against it. A fact that it refuses does not.
     *
     * @param shortcomings what speaks against it besides, the weightiest first
     */
    public static NodeHealth of(
            Snapshot snapshot,
            NodeView node,
            String address,
            Optional<Duration> lag,
            boolean breakerOpen,
            List<String> shortcomings) {
        List<String> refused = node.refused().stream()
                .filter(one -> one.use() != Refused.Use.NOTHING)
                .map(Refused::text)
                .toList();
        boolean well = node.open() && !node.silent() && refused.isEmpty() && shortcomings.isEmpty() && !breakerOpen;
        boolean serves =
                node.status().usable() && node.refused().stream().noneMatch(one -> one.use() == Refused.Use.ALL);
        Health health = !serves ? Health.DOWN : well ? Health.UP : Health.DEGRADED;
        Optional<String> reason = node.failure()
                .map(failure -> failure.kind() + ": " + failure.cause())
                .or(() -> snapshot.refusal(node))
                .or(() -> Stream.concat(refused.stream(), shortcomings.stream()).findFirst())
                .or(() -> breakerOpen ? Optional.of(BREAKER_OPEN) : Optional.empty())
                .or(() -> Optional.of(node.status().name()));
        return new NodeHealth(
                node.node(),
                address,
                health,
                node.status(),
                node.suspect().isPresent(),
                node.epoch(),
                lag,
                node.generation(),
                breakerOpen,
                node.since(),
                reason.filter(why -> health != Health.UP));
    }
}
