package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** A time from one {@link System#nanoTime} to another. */
record Span(long from, long to) {

    Duration length() {
        return Duration.ofNanos(to - from);
    }

    /** Returns the same with so much more before and after it. */
    Span widenedBy(Duration around) {
        return new Span(from - around.toNanos(), to + around.toNanos());
    }

    boolean touches(Span other) {
        return from - other.to < 0 && other.from - to < 0;
    }

    /** Returns how much of this the others cover together; what several of them cover counts once. */
    Duration coveredBy(Collection<Span> others) {
        List<Span> inOrder = others.stream()
                .filter(this::touches)
                .sorted(Comparator.comparingLong(other -> other.from - from))
                .toList();
        long covered = 0;
        long reached = from;
        for (Span other : inOrder) {
            long begin = reached - other.from > 0 ? reached : other.from;
            long end = other.to - to > 0 ? to : other.to;
            if (end - begin > 0) {
                covered += end - begin;
                reached = end;
            }
        }
        return Duration.ofNanos(covered);
    }
}
