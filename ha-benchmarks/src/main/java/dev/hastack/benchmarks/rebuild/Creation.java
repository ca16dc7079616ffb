package dev.hastack.benchmarks.rebuild;

import dev.hastack.elasticsearch.publication.Publications;
import dev.hastack.testkit.ElasticsearchCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/**
 * What many publications cost.
 *
 * @param stateBytes by how much the cluster's state grew, as JSON
 * @param shards how many more there are, replicas included
 */
record Creation(String layout, int publications, Duration took, long stateBytes, long shards) {

    static Creation measure(ElasticsearchCluster cluster, Publications publications, String layout, int count)
            throws IOException, InterruptedException {
        long state = state(cluster);
        long shards = shards(cluster);
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            publications.publication(layout + "-" + i).provision();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        cluster.heal();
        Creation creation = new Creation(layout, count, took, state(cluster) - state, shards(cluster) - shards);
        System.out.println(creation.row());
        return creation;
    }

    private static long state(ElasticsearchCluster cluster) {
        return cluster.request("GET", "/_cluster/state", null).length();
    }

    private static long shards(ElasticsearchCluster cluster) {
        return cluster.request("GET", "/_cat/shards?h=index", null).lines().count();
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %.1f | %.1f | %,d | %,d |",
                layout,
                publications,
                took.toMillis() / 1000.0,
                (double) took.toMillis() / publications,
                stateBytes / 1024,
                shards);
    }
}
