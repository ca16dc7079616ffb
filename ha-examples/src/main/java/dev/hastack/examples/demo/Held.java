package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * A time in which callers of one kind had no good answer.
 *
 * @param silence how long it was
 * @param away for how much of it the servers themselves were away
 * @param allowed how much of the rest the machine explains, and what a failover takes
 */
record Held(Kind kind, Duration silence, Duration away, Duration allowed) {

    /** A call passes about as many threads of several processes, and each of them may be delayed like the one that is watched. */
    private static final int THREADS = 10;

    /** What a call takes of its time to compute, of which it gets less where others compute as well; the rest it waits. */
    private static final double COMPUTING = 0.25;

    /** Returns that of these times which exceeds most what is allowed, or comes closest to it; empty if there are none. */
    static Optional<Held> worst(Kind kind, Collection<Span> silences, Absences absences, Delays delays) {
        return silences.stream()
                .map(silence -> of(kind, silence, absences, delays))
                .max(Comparator.comparing(Held::excess));
    }

    private static Held of(Kind kind, Span silence, Absences absences, Delays delays) {
        long allowed = (long) (kind.bound().toNanos() * (1 + COMPUTING * (delays.sharing(silence) - 1)))
                + delays.lost(silence).toNanos()
                + THREADS * delays.worst(silence).toNanos();
        return new Held(kind, silence.length(), silence.coveredBy(absences.of(kind)), Duration.ofNanos(allowed));
    }

    /** Returns how long callers were held though there were servers for them. */
    Duration beyond() {
        return silence.minus(away);
    }

    boolean isTooLong() {
        return !excess().isNegative() && !excess().isZero();
    }

    private Duration excess() {
        return beyond().minus(allowed);
    }

    /** Says that it is too long. */
    String complaint() {
        return kind + " stood still for " + silence.toMillis() + " ms, " + beyond().toMillis()
                + " ms longer than the servers were away; this machine's delays explain " + allowed.toMillis() + " ms";
    }

    @Override
    public String toString() {
        return kind + " " + beyond().toMillis() + " of " + allowed.toMillis() + " ms";
    }
}
