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

/** One node as the last probes saw it. Immutable. */
public interface NodeHealth {

    /** The reason of a node whose breaker is open. */
    String BREAKER_OPEN =
            "its circuit breaker is open: it answers its probe, but half of the calls of the last seconds failed";

    /** Returns the reason of a node whose breaker is open, and what comes next. */
    static String breakerOpen(Duration nextTrial) {
        return BREAKER_OPEN + "; it is tried again in " + nextTrial.toMillis() + " ms";
    }

    /**
     * Returns a node as the topology has it: DOWN while it is not usable or refuses everything, UP while it is usable and
     * nothing speaks against it. A fact that it refuses does not. For store modules.
     *
     * @param shortcomings what speaks against it besides, the weightiest first
     */
    static NodeHealth of(
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
        return of(
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

    /** Returns a node of which a store knows this by itself, without the topology of ha-stack. For store modules. */
    static NodeHealth of(
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
        return new ProbedNode(node, address, health, role, suspect, epoch, lag, generation, breakerOpen, since, reason);
    }

    /** Returns its id in the configuration. */
    String node();

    /** Returns where it is, {@code host:port}. */
    String address();

    /** Returns how it is: UP while its connections may be used. */
    Health health();

    /** Returns its status in the topology. */
    Status role();

    /** Returns whether an error closed its gate and the next probe has yet to decide. */
    boolean suspect();

    /** Returns the last epoch that it showed. */
    OptionalLong epoch();

    /**
     * Returns an upper bound on how far its data is behind the primary; empty for a primary, or if it is not known.
     */
    Optional<Duration> lag();

    /** Returns the generation of its connections. */
    int generation();

    /** Returns whether its circuit breaker keeps reads away while another node serves them. */
    boolean breakerOpen();

    /** Returns when it took this status. */
    Instant since();

    /** Returns why it is not UP. */
    Optional<String> reason();
}
