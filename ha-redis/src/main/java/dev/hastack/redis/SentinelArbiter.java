package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Monitor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What comes of a Sentinel's word: the node that it names is probed, an older primary is left, and where the configuration
 * names no nodes, those that it names are the nodes. Called by one thread.
 *
 * <p>For the reasons, see docs/decisions.md, RED-13.
 */
final class SentinelArbiter {
    private final RedisConfig config;
    private final NodeClients clients;
    private final Monitor monitor;
    private final Lineage lineage;
    private final SentinelNames names;
    /** By Sentinel. */
    private final Map<String, Map<String, Address>> named = new HashMap<>();

    private Set<String> members = Set.of();
    private long heard = -1;

    SentinelArbiter(RedisConfig config, NodeClients clients, Monitor monitor, Lineage lineage, SentinelNames names) {
        this.config = config;
        this.clients = clients;
        this.monitor = monitor;
        this.lineage = lineage;
        this.names = names;
    }

    void hear(SentinelWord word) {
        names.told(word);
        Optional<String> primary = config.nodes().isEmpty() ? Optional.of(join(word)) : names.node(word);
        if (word.epoch() <= heard) {
            return;
        }
        if (primary.isPresent() || !word.runId().isEmpty()) {
            // Else heard anew with each word until one has the run_id.
            heard = word.epoch();
        }
        lineage.appointed(word.epoch(), node -> names.meant(word, node))
                .ifPresent(epoch -> monitor.appointed(epoch, word.witness()));
        primary.ifPresent(monitor::hint);
    }

    /**
     * Takes the nodes that any Sentinel names, since one may not know all yet; returns the primary's id. A node that answers
     * is not left on their word.
     */
    private String join(SentinelWord word) {
        named.put(
                word.sentinel(),
                Stream.concat(Stream.of(word.primary()), word.replicas().keySet().stream())
                        .collect(Collectors.toMap(Address::toString, address -> address, (one, same) -> one)));
        named.values().forEach(nodes -> nodes.forEach(clients::found));
        Set<String> next = named.values().stream()
                .flatMap(nodes -> nodes.keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        monitor.snapshot().nodes().values().stream()
                .filter(node -> node.status().usable())
                .forEach(node -> next.add(node.node()));
        if (!next.equals(members)) {
            members = next;
            monitor.members(next);
        }
        return word.primary().toString();
    }
}
