package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * How a job is enqueued. Immutable.
 *
 * @param delay how long it is not due; zero: it is at once
 * @param durable whether replicas must have it before it counts as enqueued
 * @param key under which there is one job at a time: enqueued again before it is done, it stays the one it is
 */
public record Enqueue(Duration delay, boolean durable, Optional<String> key) {
    private static final int LONGEST_KEY = 512;

    public Enqueue {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("the delay of a job must not be negative, but is " + delay
                    + "; for one that is due at once, use zero");
        }
        if (key.filter(name -> name.isBlank() || name.length() > LONGEST_KEY).isPresent()) {
            throw new IllegalArgumentException("the key of a job must have 1 to " + LONGEST_KEY
                    + " characters, and not blank ones alone, but is \"" + key.get()
                    + "\"; for a random one, set none");
        }
    }

    /** At once, when the primary alone has it. */
    public static Enqueue plainly() {
        return new Enqueue(Duration.ZERO, false, Optional.empty());
    }

    /** At once, when the replicas have it that the queue's durability asks for. */
    public static Enqueue durably() {
        return new Enqueue(Duration.ZERO, true, Optional.empty());
    }

    /** Due after this time, and up to half a second later. */
    public Enqueue after(Duration time) {
        return new Enqueue(time, durable, key);
    }

    public Enqueue withKey(String name) {
        return new Enqueue(delay, durable, Optional.of(name));
    }
}
