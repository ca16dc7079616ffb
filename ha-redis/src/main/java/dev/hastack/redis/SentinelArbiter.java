package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Monitor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What comes of a Sentinel's word: the node that it names is probed, an older primary is left, and where the configuration
 * names no nodes, those that it names are the nodes. Called by one thread.
 */
final class SentinelArbiter {
    private final RedisConfig config;
    private final NodeClients clients;
    private final Monitor monitor;
    private final Lineage lineage;
    private Set<String> members = Set.of();
    private long heard = -1;

    SentinelArbiter(RedisConfig config, NodeClients clients, Monitor monitor, Lineage lineage) {
        this.config = config;
        this.clients = clients;
        this.monitor = monitor;
        this.lineage = lineage;
    }

    void hear(SentinelWord word) {
        Optional<String> named = config.nodes().isEmpty() ? Optional.of(join(word)) : configured(word.primary());
        if (word.epoch() > heard) {
            heard = word.epoch();
            lineage.appointed(word.epoch(), named)
                    .ifPresent(epoch -> monitor.appointed(epoch, "Sentinel " + word.sentinel()));
            named.ifPresent(monitor::hint);
        }
    }

    /** Takes the nodes that a Sentinel names; returns the primary's id. A node that answers is not left on its word. */
    private String join(SentinelWord word) {
        Map<String, Address> said = new LinkedHashMap<>();
        Stream.concat(Stream.of(word.primary()), word.replicas().stream())
                .forEach(address -> said.put(address.toString(), address));
        said.forEach(clients::found);
        Set<String> answering = members.stream()
                .filter(node -> monitor.snapshot()
                        .node(node)
                        .filter(view -> view.status().usable())
                        .isPresent())
                .collect(Collectors.toSet());
        Set<String> next = new TreeSet<>(said.keySet());
        next.addAll(answering);
        if (!next.equals(members)) {
            members = next;
            monitor.members(next);
        }
        return word.primary().toString();
    }

    private Optional<String> configured(Address address) {
        return config.nodes().entrySet().stream()
                .filter(node -> node.getValue().address().equals(address))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
