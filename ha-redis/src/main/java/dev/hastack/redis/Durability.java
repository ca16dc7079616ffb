package dev.hastack.redis;

import java.time.Duration;

/**
 * How safe a write has to be before it counts.
 *
 * @param replicas how many replicas must have it at least
 * @param every whether all must have it that are in touch with the primary then, if these are more
 * @param within how long they are waited for; not the primary's own answer, which {@code ha.redis.command-timeout} bounds
 * @param fsynced whether it must be on the primary's and the replicas' disks; needs Redis 7.2 with append-only files
 */
public record Durability(int replicas, boolean every, Duration within, boolean fsynced) {
    private static final Duration DEFAULT_WITHIN = Duration.ofMillis(500);

    public Durability {
        if (replicas < 0 || (replicas == 0 && !fsynced)) {
            throw new IllegalArgumentException("replicas must be at least 1, but is " + replicas);
        }
        if (within.isNegative() || within.toMillis() == 0) {
            throw new IllegalArgumentException(
                    "within must be at least 1 ms, but is " + within + ": to Redis, zero is for ever");
        }
    }

    /**
     * In the memory of this many replicas, within 500 ms. Of more replicas, Sentinel may promote one that does not have it:
     * it compares them by what it heard of them up to some seconds ago.
     */
    public static Durability replicas(int replicas) {
        return new Durability(replicas, false, DEFAULT_WITHIN, false);
    }

    /**
     * In the memory of every replica that is in touch with the primary, and of one at least, within 500 ms: whichever is
     * promoted has it, whether the primary dies or is moved. A replica that leaves the primary counts until its probe has said
     * that it is gone, and not promoted; one that hangs, for two seconds.
     */
    public static Durability everyReplica() {
        return new Durability(1, true, DEFAULT_WITHIN, false);
    }

    public Durability within(Duration time) {
        return new Durability(replicas, every, time, fsynced);
    }

    /** By WAITAOF; on a server older than 7.2, or without an append-only file, such a write is refused, and not sent. */
    public Durability onDisk() {
        return new Durability(replicas, every, within, true);
    }
}
