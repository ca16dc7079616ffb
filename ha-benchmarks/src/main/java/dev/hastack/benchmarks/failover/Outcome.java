package dev.hastack.benchmarks.failover;

import java.util.Collection;
import java.util.Locale;

/**
 * What a fault did to the writes of one round.
 *
 * @param outage from the fault to the moment that a server accepted writes again, which no client can shorten, in ms
 * @param firstWrite from the moment that a server accepted writes again to the first write that was acknowledged, in ms;
 *     infinite if there was none
 * @param silence the longest time, from the fault on, in which no write was acknowledged, in ms; infinite if none was
 *     after the fault
 * @param failed how many calls failed
 * @param lost how many acknowledged writes the new primary does not have
 */
record Outcome(double outage, double firstWrite, double silence, int failed, int lost) {
    private static final double NANOS = 1e6;

    /**
     * What these writes saw of this fault.
     *
     * @param acknowledged when each write was acknowledged, as {@link System#nanoTime()}, in any order
     */
    static Outcome of(Fault.Moments moments, Collection<Long> acknowledged, int failed, int lost) {
        // Since the fault: nanoTime() may overflow, so only its differences can be compared.
        long writable = moments.writable() - moments.struck();
        long[] acks = acknowledged.stream()
                .mapToLong(at -> at - moments.struck())
                .sorted()
                .toArray();
        double first = Double.POSITIVE_INFINITY;
        double silence = Double.POSITIVE_INFINITY;
        long before = 0;
        for (long ack : acks) {
            if (ack > 0) {
                double gap = (ack - before) / NANOS;
                silence = Double.isInfinite(silence) ? gap : Math.max(silence, gap);
            }
            if (ack >= writable) {
                first = Math.min(first, (ack - writable) / NANOS);
            }
            before = ack;
        }
        return new Outcome(writable / NANOS, first, silence, failed, lost);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "no primary for %6.1f ms, first write %6s ms later, longest silence %7s ms, %2d calls failed, %d writes lost",
                outage,
                millis(firstWrite),
                millis(silence),
                failed,
                lost);
    }

    static String millis(double ms) {
        return Double.isInfinite(ms) ? "never" : String.format(Locale.ROOT, "%.1f", ms);
    }
}
