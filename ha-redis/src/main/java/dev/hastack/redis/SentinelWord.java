package dev.hastack.redis;

import dev.hastack.core.config.Address;
import java.util.List;

/**
 * Whom a Sentinel takes for the primary.
 *
 * @param primary where it is
 * @param runId of its process; empty while the Sentinel has not asked it yet
 * @param epoch its count at the primary's appointment: config-epoch
 * @param replicas where the others are
 * @param sentinel who says so
 */
record SentinelWord(Address primary, String runId, long epoch, List<Address> replicas, String sentinel) {
    SentinelWord {
        replicas = List.copyOf(replicas);
    }
}
