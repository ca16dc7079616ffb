package dev.hastack.benchmarks.lab.round;

import dev.hastack.benchmarks.lab.round.Recording.Acknowledged;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** When writes were acknowledged, by which the age of what a read shows is told. */
public final class Acknowledgements {
    private final long[] ids;
    /** At each index, when the first of the ids from there on was acknowledged. */
    private final long[] firsts;

    private final long origin;

    private Acknowledgements(long[] ids, long[] firsts, long origin) {
        this.ids = ids;
        this.firsts = firsts;
        this.origin = origin;
    }

    /** Of these writes, in any order. */
    public static Acknowledgements of(List<Acknowledged> writes) {
        List<Acknowledged> byId = writes.stream()
                .sorted(Comparator.comparingLong(Acknowledged::id))
                .toList();
        // nanoTime() may overflow, so only its differences can be compared.
        long origin = byId.isEmpty() ? 0 : byId.get(0).at();
        long[] firsts = byId.stream().mapToLong(write -> write.at() - origin).toArray();
        for (int i = firsts.length - 2; i >= 0; i--) {
            firsts[i] = Math.min(firsts[i], firsts[i + 1]);
        }
        return new Acknowledgements(byId.stream().mapToLong(Acknowledged::id).toArray(), firsts, origin);
    }

    /**
     * How old what was shown is.
     *
     * @param shown the greatest id that was shown
     * @param moment as {@link System#nanoTime()}
     * @return for how long, at that moment, a greater id had been acknowledged, in ns; negative if that came later; 0 if none
     *     ever was
     */
    public long age(long shown, long moment) {
        int found = Arrays.binarySearch(ids, shown + 1);
        int next = found >= 0 ? found : -found - 1;
        return next < firsts.length ? moment - origin - firsts[next] : 0;
    }
}
