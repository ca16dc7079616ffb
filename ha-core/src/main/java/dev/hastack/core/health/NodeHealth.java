package dev.hastack.core.health;

import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

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
        Optional<String> reason) {}
