package dev.hastack.elasticsearch.publication;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The health of the shards of one index or alias, as Elasticsearch's cluster health has it. */
record ShardHealth(Status status, int activePrimaries, int active, int unassigned, boolean closed)
        implements PublicationHealth {

    boolean isWorseThan(ShardHealth other) {
        return status.compareTo(other.status) > 0;
    }

    /** Waits until it is as well as that, but not for long; what it is then has to be asked. */
    static void await(Catalog catalog, String target, Status status) throws IOException {
        JsonObject unused = catalog.requests()
                .get(
                        "cluster.health",
                        target,
                        "/_cluster/health/" + target,
                        Map.of(
                                "timeout",
                                "500ms",
                                "wait_for_status",
                                status.name().toLowerCase(Locale.ROOT)));
    }

    /**
     * Two requests about one index: they cost the same however many there are. Elasticsearch waits for an index that is not there,
     * and answers with 408 and {@code timed_out}; then this is empty.
     */
    static Optional<ShardHealth> of(Catalog catalog, String target) throws IOException {
        JsonObject health =
                catalog.requests().get("cluster.health", target, "/_cluster/health/" + target, Map.of("timeout", "1s"));
        if (health.getBoolean("timed_out")) {
            return Optional.empty();
        }
        boolean closed = catalog.closed(target);
        return Optional.of(new ShardHealth(
                closed ? Status.RED : Status.valueOf(health.getString("status").toUpperCase(Locale.ROOT)),
                health.getInt("active_primary_shards"),
                health.getInt("active_shards"),
                health.getInt("unassigned_shards"),
                closed));
    }
}
