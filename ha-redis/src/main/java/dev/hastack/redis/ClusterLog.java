package dev.hastack.redis;

import dev.hastack.core.health.Health;
import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One log line per change of a Redis Cluster: WARN where it is less redundant or serves less, and with how long that lasted when all is well
 * again. Breakers open and close as calls fail, and are no lines, as in other stores. Used by one thread.
 */
final class ClusterLog {
    private static final Logger log = LoggerFactory.getLogger("dev.hastack.topology");

    private ClusterView told = ClusterView.NONE;
    /** Since when it has not been as well as it was once. */
    private @Nullable Instant ill;

    void look(ClusterView seen, Instant now) {
        ClusterView next = seen.withoutBreakers();
        String news = next.describe();
        if (news.equals(told.describe())) {
            return;
        }
        boolean worse = next.health().compareTo(told.health()) > 0 || next.missing() > told.missing();
        String lasted = "";
        Instant since = ill;
        if (next.health() != Health.UP) {
            ill = since == null && told.health() == Health.UP ? now : since;
        } else if (since != null) {
            lasted = ", after " + Words.of(Duration.between(since, now));
            ill = null;
        }
        // That not all are known yet is no fault.
        log.atLevel(worse && told.known() ? Level.WARN : Level.INFO)
                .addKeyValue("store", "redis")
                .log("redis: {}{}", news, lasted);
        told = next;
    }
}
