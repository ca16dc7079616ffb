package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;

import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisNode;
import java.util.HashMap;
import java.util.Map;

/** Has all nodes of a cluster known by their proxies until this is closed, which heals these. */
final class ClusterProxies implements AutoCloseable {
    private final RedisCluster cluster;

    private ClusterProxies(RedisCluster cluster) {
        this.cluster = cluster;
    }

    static ClusterProxies of(RedisCluster cluster) throws Exception {
        for (RedisNode node : cluster.nodes()) {
            node.command("CONFIG", "SET", "cluster-announce-port", port(node));
        }
        until(
                "all nodes are known by their proxies",
                () -> cluster.nodes().stream()
                        .allMatch(node -> cluster.nodes().stream()
                                .allMatch(other -> String.valueOf(node.command("CLUSTER", "NODES"))
                                        .contains(" 127.0.0.1:" + port(other) + "@"))));
        return new ClusterProxies(cluster);
    }

    private static String port(RedisNode node) {
        return Integer.toString(node.proxied().port());
    }

    /** By which a stack finds them there. */
    Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        cluster.nodes()
                .forEach(node -> settings.put("ha.redis.nodes." + node.id() + ".address", "127.0.0.1:" + port(node)));
        return settings;
    }

    @Override
    public void close() {
        cluster.nodes().forEach(node -> {
            node.proxied().heal();
            if (node.isRunning()) {
                node.command("CONFIG", "SET", "cluster-announce-port", "0");
            }
        });
    }
}
