package dev.hastack.examples.demo;

import dev.hastack.testkit.RedisNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the nodes of Redis again and again whether they could take a durable write, from the moment on in which the primary is gone, and
 * notes while they could not.
 */
final class RedisWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisWatch.class);
    private static final long BETWEEN_LOOKS_MILLIS = 20;

    /**
     * So long a replica counts that its primary does not name: it may have been promoted without the primary's knowledge, and to go on
     * without it could lose what is acknowledged (docs/decisions.md, RED-33).
     */
    private static final Duration UNNAMED = Duration.ofSeconds(4);

    private final Stores stores;
    private final Absences absences;
    private final Thread thread = new Thread(this::look, "redis-watch");
    private long wholeAt = System.nanoTime();
    private volatile boolean closed;

    private RedisWatch(Stores stores, Absences absences) {
        this.stores = stores;
        this.absences = absences;
    }

    /** Begins, with main having just been killed or hung. */
    static RedisWatch start(Stores stores, Absences absences) {
        absences.began(Kind.OF_REDIS);
        RedisWatch watch = new RedisWatch(stores, absences);
        watch.thread.setDaemon(true);
        watch.thread.start();
        return watch;
    }

    private void look() {
        try {
            while (!closed) {
                judge(RedisLook.of(replication(), Stores.MAIN));
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void judge(RedisLook seen) {
        long now = System.nanoTime();
        if (seen != RedisLook.INCOMPLETE) {
            wholeAt = now;
        }
        if (seen == RedisLook.AWAY || (seen == RedisLook.INCOMPLETE && now - wholeAt < UNNAMED.toNanos())) {
            absences.began(Kind.OF_REDIS);
        } else {
            absences.ended(Kind.OF_REDIS);
        }
    }

    private Map<String, String> replication() {
        Map<String, String> said = new HashMap<>();
        for (String id : List.of(Stores.MAIN, Stores.STANDBY, Stores.DELIVERY)) {
            RedisNode node = stores.redis(id);
            if (node.isRunning() && !node.isHung()) {
                try {
                    said.put(id, String.valueOf(node.command("INFO", "replication")));
                } catch (RuntimeException e) {
                    LOG.info("Redis's {} does not answer: {}", id, e.toString());
                }
            }
        }
        return said;
    }

    /** Returns when no server is asked any more. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
