package dev.hastack.core.health;

import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** A node as a store's module has probed it. */
record ProbedNode(
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
        Optional<String> reason)
        implements NodeHealth {}
