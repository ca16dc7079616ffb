package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Optional;

/** How a job is enqueued. Immutable. */
public final class Enqueue {
    private static final int LONGEST_KEY = 512;

    private final Duration delay;
    private final boolean durable;
    private final Optional<String> key;

    private Enqueue(Duration delay, boolean durable, Optional<String> key) {
        this.delay = delay;
        this.durable = durable;
        this.key = key;
    }

    /** Asks for the primary alone: a job that is due at once, under a random key. */
    public static Enqueue plainly() {
        return new Enqueue(Duration.ZERO, false, Optional.empty());
    }

    /** Asks for the replicas of the queue's durability as well: a job that is due at once, under a random key. */
    public static Enqueue durably() {
        return new Enqueue(Duration.ZERO, true, Optional.empty());
    }

    /**
     * Returns the same for a job that is due after this time, and up to half a second later.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public Enqueue withDelay(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("the delay of a job must not be negative, but is " + time
                    + "; for one that is due at once, use zero");
        }
        return new Enqueue(time, durable, key);
    }

    /**
     * Returns the same under this key, under which there is one job at a time: enqueued again before it is done, it stays as
     * it is.
     *
     * @param name 1 to 512 characters, not all of them blank
     * @throws IllegalArgumentException if the name is not such
     */
    public Enqueue withKey(String name) {
        if (name.isBlank() || name.length() > LONGEST_KEY) {
            throw new IllegalArgumentException("the key of a job must have 1 to " + LONGEST_KEY
                    + " characters, and not blank ones alone, but is \"" + name + "\"; for a random one, set none");
        }
        return new Enqueue(delay, durable, Optional.of(name));
    }

    /** Returns how long the job is not due; zero if it is due at once. */
    public Duration delay() {
        return delay;
    }

    /** Returns whether replicas must have it before it counts as enqueued. */
    public boolean durable() {
        return durable;
    }

    /** Returns the key of the job; empty for a random one. */
    public Optional<String> key() {
        return key;
    }

    @Override
    public String toString() {
        return (durable ? "durably" : "plainly") + ", after " + delay
                + key.map(name -> ", as " + name).orElse("");
    }
}
