package dev.hastack.elasticsearch;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.ElasticsearchNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many searches each node was asked for by clients, by its own word. */
final class Traffic {
    private static final Pattern SEARCHES =
            Pattern.compile("\"/\\{index}/_search\":\\{\"requests\":\\{\"count\":(\\d+)");

    private Traffic() {}

    static Map<String, Long> searches(ElasticsearchCluster cluster) {
        Map<String, Long> searches = new TreeMap<>();
        cluster.nodes().forEach(node -> searches.put(node.id(), searches(node)));
        return searches;
    }

    static long searches(ElasticsearchNode node) {
        String stats = node.request("GET", "/_nodes/_local/stats/http?filter_path=nodes.*.http.routes", null);
        Matcher matcher = SEARCHES.matcher(stats);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    static Map<String, Long> since(Map<String, Long> before, ElasticsearchCluster cluster) {
        Map<String, Long> now = searches(cluster);
        now.replaceAll((node, count) -> count - before.getOrDefault(node, 0L));
        return now;
    }
}
