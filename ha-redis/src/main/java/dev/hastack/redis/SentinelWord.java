package dev.hastack.redis;

import dev.hastack.core.config.Address;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whom a Sentinel takes for the primary.
 *
 * @param primary where it is
 * @param runId of its process; empty while the Sentinel has not asked it yet
 * @param epoch its count at the primary's appointment: config-epoch
 * @param replicas where the others are, the one that it replaces included, and the run_id of each; empty while the Sentinel has not asked it yet
 * @param sentinel who says so
 */
record SentinelWord(Address primary, String runId, long epoch, Map<Address, String> replicas, String sentinel) {
    SentinelWord {
        replicas = Map.copyOf(replicas);
    }

    /**
     * The word of a Sentinel that is perhaps in the midst of a failover: until all replicas follow the new primary, it lists that among
     * the replicas, and as the primary the one that is to become a replica.
     *
     * @param named whom it names
     * @param listed the fields of whom it lists as the primary
     * @param others the fields of the replicas that it lists
     */
    static SentinelWord of(
            Address named, Map<String, String> listed, List<Map<String, String>> others, String sentinel) {
        Map<Address, String> runs = new HashMap<>();
        Stream.concat(Stream.of(listed), others.stream())
                .forEach(fields -> runs.putIfAbsent(
                        new Address(fields.getOrDefault("ip", ""), (int) NodeInfo.number(fields, "port")),
                        fields.getOrDefault("runid", "")));
        String run = runs.remove(named);
        return new SentinelWord(named, run == null ? "" : run, NodeInfo.number(listed, "config-epoch"), runs, sentinel);
    }

    /** Who says so, for people. */
    String witness() {
        return "Sentinel " + sentinel;
    }

    /** Whether it says of this process that it is a replica. */
    boolean hasForReplica(String run) {
        return !run.isEmpty() && replicas.containsValue(run);
    }

    /** With the run_id that another Sentinel has said of the same appointment, or this one before, if it has none itself. */
    SentinelWord knowing(@Nullable SentinelWord before) {
        return before != null && runId.isEmpty() && before.epoch == epoch && before.primary.equals(primary)
                ? new SentinelWord(primary, before.runId, epoch, replicas, sentinel)
                : this;
    }
}
