package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.topology.NodeView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** Health as the routes have it. */
final class ElasticsearchHealth {
    private static final String NO_MASTER = "knows no elected master: it serves reads, and refuses writes";

    private final ElasticsearchConfig config;
    private final Router router;
    private final Map<String, Supplier<String>> reports = new ConcurrentSkipListMap<>();

    ElasticsearchHealth(ElasticsearchConfig config, Router router) {
        this.config = config;
        this.router = router;
    }

    void report(String name, Supplier<String> words) {
        reports.put(name, words);
    }

    void unreport(String name) {
        reports.remove(name);
    }

    StoreHealth of(ElasticsearchRoutes routes, Instant now) {
        List<NodeHealth> nodes = routes.snapshot().nodes().values().stream()
                .map(node -> node(node, routes))
                .toList();
        Guard cluster = router.guards().cluster();
        List<String> broken = router.guards().open();
        boolean guarded = cluster.open(true) || cluster.open(false);
        StringBuilder summary = new StringBuilder(routes.snapshot().describe(now));
        if (guarded) {
            summary.append("; ").append(cluster.why());
        }
        if (!broken.isEmpty()) {
            summary.append("; kept away: ").append(String.join(", ", broken));
        }
        if (router.partial() > 0) {
            summary.append("; ").append(router.partial()).append(" answers were partial");
        }
        reports.forEach((name, words) -> summary.append("; ").append(words.get()));
        boolean well = !guarded && nodes.stream().allMatch(node -> node.health() == Health.UP);
        boolean serves = nodes.stream().anyMatch(node -> node.health() != Health.DOWN);
        return new StoreHealth(
                "elasticsearch", !serves ? Health.DOWN : well ? Health.UP : Health.DEGRADED, summary.toString(), nodes);
    }

    private NodeHealth node(NodeView node, ElasticsearchRoutes routes) {
        Optional<NodeChannel> channel = Optional.ofNullable(routes.channels().get(node.node()));
        boolean broken = channel.filter(one -> one.breaker().open()).isPresent();
        boolean masterless = config.writable()
                && channel.flatMap(one -> Optional.ofNullable(one.info()))
                        .filter(info -> !info.master())
                        .isPresent();
        return NodeHealth.of(
                routes.snapshot(),
                node,
                channel.map(one -> one.target().address().toString()).orElse(""),
                Optional.empty(),
                broken,
                masterless ? List.of(NO_MASTER) : List.of());
    }
}
