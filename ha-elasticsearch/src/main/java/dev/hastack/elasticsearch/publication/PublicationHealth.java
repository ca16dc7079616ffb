package dev.hastack.elasticsearch.publication;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the shards of one publication are. In the shared layout they are those of all publications that share them.
 *
 * @param unassigned shards that are on no node
 * @param closed whether the index is closed: Elasticsearch calls that green; here it is red, since no document of it can be read or
 *     written
 */
public record PublicationHealth(Status status, int activePrimaries, int active, int unassigned, boolean closed) {
    /** The worst of the shards. */
    public enum Status {
        /** Every copy is there. */
        GREEN,
        /** All can be read and written, with fewer copies than wanted. */
        YELLOW,
        /** A part can be neither read nor written. */
        RED
    }

    boolean isWorseThan(PublicationHealth other) {
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
    static Optional<PublicationHealth> of(Catalog catalog, String target) throws IOException {
        JsonObject health =
                catalog.requests().get("cluster.health", target, "/_cluster/health/" + target, Map.of("timeout", "1s"));
        if (health.getBoolean("timed_out")) {
            return Optional.empty();
        }
        boolean closed = catalog.closed(target);
        return Optional.of(new PublicationHealth(
                closed ? Status.RED : Status.valueOf(health.getString("status").toUpperCase(Locale.ROOT)),
                health.getInt("active_primary_shards"),
                health.getInt("active_shards"),
                health.getInt("unassigned_shards"),
                closed));
    }
}
