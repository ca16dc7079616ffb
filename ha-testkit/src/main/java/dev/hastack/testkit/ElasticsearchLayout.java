package dev.hastack.testkit;

import java.util.List;
import java.util.Map;

/**
 * What an {@link ElasticsearchCluster} consists of when it is whole; equal layouts may share one.
 *
 * @param nodes ids, each {@code [a-z0-9-]+}; each node holds data and may become the master
 * @param password whether clients must log in as the user {@code elastic}
 * @param tls whether nodes speak HTTPS instead of HTTP
 * @param settings of elasticsearch.yml on every node, before which the testkit's own yield
 */
public record ElasticsearchLayout(List<String> nodes, boolean password, boolean tls, Map<String, String> settings)
        implements StoreLayout {

    /**
     * Checks and copies.
     *
     * @throws IllegalArgumentException if there is no node, or an id is malformed or given twice
     */
    public ElasticsearchLayout {
        nodes = NodeIds.checked(nodes);
        settings = Map.copyOf(settings);
    }

    @Override
    public ElasticsearchCluster start() {
        return ElasticsearchCluster.start(this);
    }
}
