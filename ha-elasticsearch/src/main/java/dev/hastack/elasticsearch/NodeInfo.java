package dev.hastack.elasticsearch;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a node says of itself and its cluster.
 *
 * @param id its own, by which a {@code preference} names it
 * @param version of Elasticsearch
 * @param cluster its uuid
 * @param master whether it knows an elected master: without one it serves reads, and refuses writes
 * @param members the ids of all nodes of the cluster, as it sees them
 */
record NodeInfo(String id, String version, String cluster, boolean master, Set<String> members) {
    /** Who it is; asked once for each connection, since a restart ends that. Asks no other node. */
    static final String SELF = "/_nodes/_local/_none?filter_path=nodes.*.version";

    /** What it knows of the cluster, without asking any other node for it. */
    static final String CLUSTER =
            "/_cluster/state/nodes,master_node?local=true&filter_path=cluster_uuid,master_node,nodes.*.name";

    /** Of a node that has joined no cluster yet. */
    private static final String NO_CLUSTER = "_na_";

    private static final JsonProvider JSON = JsonProvider.provider();

    NodeInfo {
        members = Set.copyOf(members);
    }

    /** The answer to {@link #SELF}. */
    static NodeInfo self(String body) throws IOException {
        JsonObject nodes = object(body).getJsonObject("nodes");
        if (nodes == null || nodes.size() != 1) {
            throw new IOException("expected one node in the answer to GET " + SELF + ", but got " + body);
        }
        String id = nodes.keySet().iterator().next();
        return new NodeInfo(id, nodes.getJsonObject(id).getString("version", ""), "", false, Set.of());
    }

    /** With the answer to {@link #CLUSTER}. */
    NodeInfo in(String body) throws IOException {
        JsonObject answer = object(body);
        JsonObject nodes = answer.getJsonObject("nodes");
        return new NodeInfo(
                id,
                version,
                answer.getString("cluster_uuid", NO_CLUSTER),
                answer.getOrDefault("master_node", JsonValue.NULL).getValueType() == JsonValue.ValueType.STRING,
                nodes == null ? Set.of() : new TreeSet<>(nodes.keySet()));
    }

    /** Its cluster's uuid; empty if it has joined none. */
    Optional<String> joined() {
        return cluster.equals(NO_CLUSTER) ? Optional.empty() : Optional.of(cluster);
    }

    private static JsonObject object(String body) throws IOException {
        try (var reader = JSON.createReader(new StringReader(body))) {
            return reader.readObject();
        } catch (JsonException e) {
            throw new IOException(
                    "expected JSON of Elasticsearch, but got "
                            + body.lines().findFirst().orElse("nothing"),
                    e);
        }
    }
}
