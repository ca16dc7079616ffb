package dev.hastack.elasticsearch;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.StringReader;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a node says of itself and its cluster. Each fact may be missing, where the node refuses the question for it.
 *
 * @param id its own, by which a {@code preference} names it; empty if it is not known
 * @param cluster its cluster's uuid; empty if it is not known
 * @param members the ids of all nodes of the cluster, as it sees them
 * @param unwritable why it refuses writes, if it does: it knows no elected master, or the cluster is blocked as a whole
 */
record NodeInfo(String id, String cluster, Set<String> members, Optional<String> unwritable) {
    static final NodeInfo UNKNOWN = new NodeInfo("", "", Set.of(), Optional.empty());

    /** Who it is; asked once for each connection, since a restart ends that. Asks no other node. */
    static final String SELF = "/_nodes/_local/_none?filter_path=nodes.*.version";

    /** What it knows of the cluster, without asking any other node for it. */
    static final String CLUSTER = "/_cluster/state/nodes,master_node,blocks?local=true"
            + "&filter_path=cluster_uuid,master_node,nodes.*.name,blocks.global";

    /** Its cluster's uuid alone; for those who may not ask for {@link #CLUSTER}. */
    static final String MAIN = "/?filter_path=cluster_uuid";

    /** Of a node that has joined no cluster yet. */
    private static final String NO_CLUSTER = "_na_";

    private static final int OF_A_LINE = 300;

    private static final JsonProvider JSON = JsonProvider.provider();

    NodeInfo {
        members = Set.copyOf(members);
    }

    /** With the answer to {@link #SELF}. */
    NodeInfo named(String body) throws IOException {
        return read(body, answer -> {
            JsonObject nodes = answer.getJsonObject("nodes");
            if (nodes == null || nodes.size() != 1) {
                throw new JsonException("not one node");
            }
            return new NodeInfo(nodes.keySet().iterator().next(), cluster, members, unwritable);
        });
    }

    /** With the answer to {@link #CLUSTER}. */
    NodeInfo in(String body) throws IOException {
        return read(body, this::in);
    }

    private NodeInfo in(JsonObject answer) {
        JsonObject nodes = answer.getJsonObject("nodes");
        boolean master =
                answer.getOrDefault("master_node", JsonValue.NULL).getValueType() == JsonValue.ValueType.STRING;
        return new NodeInfo(
                id,
                answer.getString("cluster_uuid", NO_CLUSTER),
                nodes == null ? Set.of() : new TreeSet<>(nodes.keySet()),
                master ? block(answer) : Optional.of("it knows no elected master"));
    }

    /** With the answer to {@link #MAIN}; of the rest nothing is known any more. */
    NodeInfo of(String body) throws IOException {
        return read(body, answer -> of(answer.getString("cluster_uuid", NO_CLUSTER), true));
    }

    private NodeInfo of(String uuid, boolean known) {
        return new NodeInfo(id, known ? uuid : "", Set.of(), Optional.empty());
    }

    /** Of a cluster that is known from before. */
    NodeInfo remembered(Optional<String> uuid) {
        return of(uuid.orElse(""), uuid.isPresent());
    }

    /** What somebody, or Elasticsearch, has put before all indices. */
    private static Optional<String> block(JsonObject answer) {
        return Stream.ofNullable(answer.getJsonObject("blocks"))
                .flatMap(blocks -> Stream.ofNullable(blocks.getJsonObject("global")))
                .flatMap(global -> global.values().stream())
                .map(JsonValue::asJsonObject)
                .filter(block -> block.getJsonArray("levels").toString().contains("\"write\""))
                .map(block -> block.getString("description", "blocked"))
                .findFirst();
    }

    /** Whether it has said that it has joined no cluster. */
    boolean alone() {
        return cluster.equals(NO_CLUSTER);
    }

    /** Its cluster's uuid; empty if it has joined none, or did not say. */
    Optional<String> joined() {
        return cluster.isEmpty() || alone() ? Optional.empty() : Optional.of(cluster);
    }

    private static NodeInfo read(String body, Function<JsonObject, NodeInfo> facts) throws IOException {
        try (var reader = JSON.createReader(new StringReader(body))) {
            return facts.apply(reader.readObject());
        } catch (JsonException | ClassCastException | NullPointerException | NoSuchElementException e) {
            // No JSON, or with null or a number where Elasticsearch has an object.
            String line = body.lines().findFirst().orElse("nothing");
            throw new IOException(
                    "expected JSON of Elasticsearch, but got " + line.substring(0, Math.min(OF_A_LINE, line.length())),
                    e);
        }
    }
}
