package dev.hastack.benchmarks.lab.round;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Something that goes wrong, together with what operators then do about it.
 *
 * @param <S> the servers that it strikes
 */
public interface Fault<S extends Servers> {

    /** As {@code --fault} takes it. */
    String id();

    /** What happens, in one line. */
    String story();

    /** About how long {@link #strike} takes. */
    Duration lasts();

    /** Whether another server becomes primary, so that there is a first write to wait for. */
    boolean promotes();

    /** The servers as the clients of this fault shall reach them. */
    default S reachedBy(S servers) {
        return servers;
    }

    /** Lets it happen, with a client at work; returns when it is over, so far as the servers go. */
    Moments strike(S servers, Session session) throws Exception;

    /**
     * When it happened, as {@link System#nanoTime()}.
     *
     * @param struck when the fault began
     * @param writable when the new primary accepted writes, or a little earlier
     */
    record Moments(long struck, OptionalLong writable) {}
}
