package dev.hastack.examples.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How this machine delayed threads while a scene was played: how late one woke that had slept for a little, and how many wanted to run
 * for each core. Safe for use by many threads.
 */
final class Delays {

    /** What befalls other processes shortly before or after may be what a call waited for. */
    private static final Duration AROUND = Duration.ofSeconds(2);

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Sample> samples = new ArrayList<>();

    private record Sample(Span late, double perCore) {}

    /**
     * A thread has woken.
     *
     * @param late from when it should have until it did
     * @param perCore how many threads wanted to run for each core
     */
    void woke(Span late, double perCore) {
        lock.lock();
        try {
            samples.add(new Sample(late, perCore));
        } finally {
            lock.unlock();
        }
    }

    /** Returns the worst delay of one thread about that time. */
    Duration worst(Span during) {
        return about(during).stream()
                .map(sample -> sample.late().length())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** Returns the worst delay of all. */
    Duration worst() {
        lock.lock();
        try {
            return samples.stream()
                    .map(sample -> sample.late().length())
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO);
        } finally {
            lock.unlock();
        }
    }

    /** Returns how long the thread was late in that time, all in all. */
    Duration lost(Span during) {
        return during.coveredBy(about(during).stream().map(Sample::late).toList());
    }

    /** Returns how many threads shared a core about that time, on average; 1 at least. */
    double sharing(Span during) {
        return Math.max(
                1, about(during).stream().mapToDouble(Sample::perCore).average().orElse(1));
    }

    private List<Sample> about(Span during) {
        Span wide = during.widenedBy(AROUND);
        lock.lock();
        try {
            return samples.stream()
                    .filter(sample -> sample.late().touches(wide))
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
