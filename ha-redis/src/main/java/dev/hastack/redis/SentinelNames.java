package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.redis.Appointment.Meant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Which node a Sentinel means. Its addresses may be others than the configured ones, behind a NAT or where names are
 * configured, so a node is told by the run_id of its process. After a failover a Sentinel has forgotten that until its next
 * INFO of the new primary, up to 10 s later: then by the address at which it has named that same process before. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, RED-17.
 */
final class SentinelNames {
    private final Function<Address, Optional<String>> configured;
    /** The process that each node was when it was last heard of. */
    private final Map<String, String> runs = new ConcurrentHashMap<>();
    /** Where Sentinels have named each node. */
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    private record Place(Address address, String run) {}

    /** @param configured the node that is known by an address */
    SentinelNames(Function<Address, Optional<String>> configured) {
        this.configured = configured;
    }

    /** A node is this process. */
    void heard(String node, String run) {
        runs.put(node, run);
    }

    /** A Sentinel names these processes. */
    void told(SentinelWord word) {
        place(word.primary(), word.runId());
        word.replicas().forEach(this::place);
    }

    private void place(Address address, String run) {
        node(run).ifPresent(node -> places.put(node, new Place(address, run)));
    }

    /** The node that a Sentinel takes for the primary, if that can be told; it may have been started anew since it was asked. */
    Optional<String> node(SentinelWord word) {
        return word.runId().isEmpty()
                ? at(word.primary())
                : node(word.runId()).or(() -> configured.apply(word.primary()));
    }

    /** The node that a Sentinel has at an address, if that can be told. */
    Optional<String> at(Address address) {
        return configured.apply(address).or(() -> placed(address));
    }

    /** Whom a Sentinel takes for the primary, as seen from this node. */
    Meant meant(SentinelWord word, String node) {
        Optional<String> named = node(word);
        if (named.isPresent()) {
            return named.get().equals(node) ? Meant.THIS : Meant.ANOTHER;
        } else if (!word.runId().isEmpty()) {
            return Meant.ANOTHER;
        }
        return word.hasForReplica(runs.getOrDefault(node, "")) ? Meant.SOMEBODY_ELSE : Meant.UNTOLD;
    }

    private Optional<String> node(String run) {
        return runs.entrySet().stream()
                .filter(known -> !run.isEmpty() && known.getValue().equals(run))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** As long as the node is the same process: one that was started anew may be at another address. */
    private Optional<String> placed(Address address) {
        return places.entrySet().stream()
                .filter(known -> known.getValue().address().equals(address)
                        && known.getValue().run().equals(runs.get(known.getKey())))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
