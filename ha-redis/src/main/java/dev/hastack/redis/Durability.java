package dev.hastack.redis;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How safe a write has to be before it counts. Immutable. */
public final class Durability {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMillis(500);

    private final int replicas;
    private final boolean every;
    private final Duration timeout;
    private final boolean fsynced;

    private Durability(int replicas, boolean every, Duration timeout, boolean fsynced) {
        this.replicas = replicas;
        this.every = every;
        this.timeout = timeout;
        this.fsynced = fsynced;
    }

    /**
     * Asks for the memory of this many replicas, within 500 ms. Of more replicas, Sentinel may promote one that does not
     * have it: it compares them by what it heard from them up to some seconds ago.
     *
     * @throws IllegalArgumentException if that is less than one
     */
    public static Durability replicas(int replicas) {
        if (replicas < 1) {
            throw new IllegalArgumentException("replicas must be at least 1, but is " + replicas
                    + "; for a write that the primary alone has, use HaRedis.connection()");
        }
        return new Durability(replicas, false, DEFAULT_TIMEOUT, false);
    }

    /**
     * Asks for the memory of every replica that is in touch with the primary, and of one at least, within 500 ms:
     * whichever of them is promoted has it, whether the primary dies or is moved. In touch is a replica that the primary
     * has heard from in the last two seconds. One that the primary no longer names may have been promoted, so it counts
     * until its own probe has said that it is not: that it is down, that it has lost its primary, or, two seconds after the
     * primary last named it, that it is a replica still. So a replica that hangs holds these writes up for two seconds, and
     * one whose link to the primary is cut for about four. What is written from then on is lost if that one is promoted
     * all the same: of replicas with an equal {@code replica-priority}, Sentinel takes the one that has most.
     */
    public static Durability everyReplica() {
        return new Durability(1, true, DEFAULT_TIMEOUT, false);
    }

    /**
     * Returns the same with another limit to the wait for replicas. The primary's own answer does not count towards it:
     * {@code ha.redis.command-timeout} bounds that.
     *
     * @throws IllegalArgumentException if it is less than 1 ms
     */
    public Durability withTimeout(Duration time) {
        if (time.isNegative() || time.toMillis() == 0) {
            throw new IllegalArgumentException("the timeout of a durable write must be at least 1 ms, but is " + time
                    + ": to Redis, zero is for ever");
        }
        return new Durability(replicas, every, time, fsynced);
    }

    /**
     * Returns the same for the disks of the primary and the replicas, by WAITAOF. On a server older than 7.2, or without an
     * append-only file, such a write is refused, and not sent.
     */
    public Durability onDisk() {
        return new Durability(replicas, every, timeout, true);
    }

    /** Returns how many replicas must have it at least. */
    public int replicas() {
        return replicas;
    }

    /** Returns whether all must have it that are in touch with the primary then, if these are more. */
    public boolean every() {
        return every;
    }

    /** Returns how long replicas are waited for. */
    public Duration timeout() {
        return timeout;
    }

    /** Returns whether it must be on disks. */
    public boolean fsynced() {
        return fsynced;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Durability that
                && replicas == that.replicas
                && every == that.every
                && timeout.equals(that.timeout)
                && fsynced == that.fsynced;
    }

    @Override
    public int hashCode() {
        return Objects.hash(replicas, every, timeout, fsynced);
    }

    @Override
    public String toString() {
        return (every ? "every replica, at least " : "replicas: ") + replicas + (fsynced ? ", on disk" : "")
                + ", within " + timeout;
    }
}
