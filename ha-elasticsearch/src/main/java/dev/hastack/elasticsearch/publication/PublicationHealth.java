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
 */
public record PublicationHealth(Status status, int activePrimaries, int active, int unassigned) {
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

    /**
     * One request about one index: it costs the same however many there are. Elasticsearch waits for an index that is not there,
     * and answers with 408 and {@code timed_out}; then this is empty.
     */
    static Optional<PublicationHealth> of(Requests requests, String target) throws IOException {
        JsonObject health =
                requests.get("cluster.health", target, "/_cluster/health/" + target, Map.of("timeout", "1s"));
        if (health.getBoolean("timed_out")) {
            return Optional.empty();
        }
        return Optional.of(new PublicationHealth(
                Status.valueOf(health.getString("status").toUpperCase(Locale.ROOT)),
                health.getInt("active_primary_shards"),
                health.getInt("active_shards"),
                health.getInt("unassigned_shards")));
    }
}
