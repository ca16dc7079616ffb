package dev.hastack.benchmarks.lab.round;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;

/** How long calls keep their callers, those included that never return. */
final class Calls {
    private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
    /** When the call of each thread began, as {@link System#nanoTime()}. */
    private final Map<Thread, Long> underWay = new ConcurrentHashMap<>();

    <T> T time(Callable<T> call) throws Exception {
        long begin = System.nanoTime();
        underWay.put(Thread.currentThread(), begin);
        try {
            return call.call();
        } finally {
            underWay.remove(Thread.currentThread());
            longest.accumulate(System.nanoTime() - begin);
        }
    }

    /** So far, in ns. */
    long longest() {
        long now = System.nanoTime();
        long hanging =
                underWay.values().stream().mapToLong(begin -> now - begin).max().orElse(0);
        return Math.max(longest.get(), hanging);
    }
}
