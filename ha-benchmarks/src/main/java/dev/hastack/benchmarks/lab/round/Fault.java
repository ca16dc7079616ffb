package dev.hastack.benchmarks.lab.round;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Something that goes wrong, together with what operators then do about it.
 *
 * @param <S> the servers that it strikes
 * @param <K> an open client
 */
public interface Fault<S extends Servers, K> {

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
    Moments strike(S servers, K session) throws Exception;

    /**
     * Brings back what it took away and has not given back, which may cost the machine more than the fault did; whether there was
     * any such thing.
     */
    default boolean mend(S servers) throws Exception {
        return false;
    }

    /**
     * When it happened, as {@link System#nanoTime()}.
     *
     * @param struck when the fault began
     * @param writable when the new primary accepted writes, or a little earlier; empty if nobody was promoted
     * @param before ids of the writes that the new primary had before it was one: when the old one acknowledges these later,
     *     that is no sign of the new one
     * @param followed when a replica first acknowledged a write of the new primary; empty if that was not looked for, or
     *     did not happen
     */
    record Moments(long struck, OptionalLong writable, Set<Long> before, OptionalLong followed) {
        public Moments {
            before = Set.copyOf(before);
        }

        /** Where nobody looks for the replicas of the new primary. */
        public Moments(long struck, OptionalLong writable, Set<Long> before) {
            this(struck, writable, before, OptionalLong.empty());
        }

        /** Of a fault in which nobody is promoted. */
        public static Moments withoutPromotion(long struck) {
            return new Moments(struck, OptionalLong.empty(), Set.of());
        }
    }
}
