package dev.hastack.elasticsearch;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Closes idle connections that may be dead. A firewall that has forgotten them shows it only to what is sent on them, and a client that
 * brings answers over others is not silent. To close one that was alive costs a connect. Moments are those of {@link System#nanoTime()}.
 * Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, ES-40.
 */
final class IdleConnections {
    /** In ns. A connection that was idle for so long while its client brought answers over others is more than its node needs. */
    static final long NEEDED = 1_000_000_000L;

    private static final long LOOK_EVERY = 250_000_000L;

    /** When the last request was sent that was lost; what has brought an answer since then is alive. */
    private final AtomicLong lostAt = new AtomicLong(System.nanoTime());

    private final AtomicLong lookedAt = new AtomicLong(System.nanoTime());

    /** Closes those that nobody needs; does nothing most of the times that it is called. */
    void look(Collection<NodeChannel> channels, long now) {
        long before = lookedAt.get();
        if (now - before >= LOOK_EVERY && lookedAt.compareAndSet(before, now)) {
            for (NodeChannel channel : channels) {
                // Not by the time of day: what a quiet service has used last stays.
                channel.closeIdle(channel.client().answeredAt() - NEEDED, now);
            }
        }
    }

    /**
     * A request seems to be lost with its connection: closes all that have brought no answer since it was sent, at every node, since what
     * stands between may be the same.
     */
    void lost(Collection<NodeChannel> channels, long sentAt, long now) {
        long before = lostAt.getAndUpdate(last -> sentAt - last > 0 ? sentAt : last);
        if (sentAt - before > 0) {
            channels.forEach(channel -> channel.closeIdle(sentAt, now));
        }
    }
}
