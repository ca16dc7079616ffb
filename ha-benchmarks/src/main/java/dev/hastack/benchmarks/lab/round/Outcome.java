package dev.hastack.benchmarks.lab.round;

import dev.hastack.benchmarks.lab.round.Recording.Acknowledged;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What a fault did to the callers of one round; times are in ms.
 *
 * @param outage from the fault to the moment that the new primary accepted writes, which no client can shorten; empty if
 *     nobody was promoted
 * @param firstWrite from that moment to the first acknowledged write that the new primary took; infinite if there was none
 * @param writeSilence the longest time, from the fault on, in which no write was acknowledged; infinite if none was for
 *     the rest of the round and nobody knows for how long
 * @param readSilence the same of reads
 * @param failedReads reads that failed, tried again twice
 * @param lost acknowledged writes that the new primary does not have
 * @param onlyStale rows that a superseded primary has and the new one has not; where these have been overwritten, what it
 *     acknowledged of them
 * @param untold those of {@code onlyStale} whose callers were not told that the outcome is unknown; a call under way at
 *     the end counts as told
 * @param misled callers who were told what is not so, where replication that lags is no excuse: their write was acknowledged
 *     after the promotion and the new primary does not have it, or it was refused and the superseded primary has it
 * @param longestCall how long the slowest call kept its caller
 * @param firstFollowed from the moment that a replica acknowledged a write of the new primary to the first such write acknowledged since; empty
 *     if that was not looked for
 * @param failedLater writes that failed though they were called after the new primary accepted writes, or, where nobody was
 *     promoted, after the fault
 * @param stalest the age of the oldest acknowledged write that a read after the fault did not show, where it was greatest
 */
public record Outcome(
        OptionalDouble outage,
        OptionalDouble firstWrite,
        double writeSilence,
        double readSilence,
        int failedWrites,
        int failedReads,
        int lost,
        int onlyStale,
        int untold,
        int misled,
        double longestCall,
        double stalest,
        OptionalDouble firstFollowed,
        int failedLater)
        implements Result {
    private static final double NANOS = 1e6;

    static Outcome of(Fault.Moments moments, Recording recording, Servers.Stored stored) {
        // Since the fault: nanoTime() may overflow, so only its differences can be compared.
        long struck = moments.struck();
        List<Acknowledged> acknowledged = recording.acknowledged();
        long end = recording.until() - struck;
        List<Acknowledged> byNewPrimary = acknowledged.stream()
                .filter(write -> stored.primary().contains(write.id()))
                .filter(write -> !moments.before().contains(write.id()))
                .toList();
        OptionalDouble firstWrite = first(byNewPrimary, moments.writable());
        boolean writesEnded = firstWrite.isPresent() && Double.isInfinite(firstWrite.getAsDouble());
        Set<Long> lost = acknowledged.stream()
                .map(Acknowledged::id)
                .filter(id -> !stored.primary().contains(id))
                .collect(Collectors.toSet());
        Set<Long> onlyStale = stored.overwritten() ? lost : stored.onlyStale();
        return new Outcome(
                moments.writable().isPresent()
                        ? OptionalDouble.of((moments.writable().getAsLong() - struck) / NANOS)
                        : OptionalDouble.empty(),
                firstWrite,
                writesEnded
                        ? Double.POSITIVE_INFINITY
                        : silence(acknowledged.stream().mapToLong(write -> write.at() - struck), end),
                silence(recording.reads().stream().mapToLong(read -> read.at() - struck), end),
                recording.failed().size(),
                recording.failedReads(),
                lost.size(),
                onlyStale.size(),
                untold(recording, onlyStale),
                misled(recording, moments.writable(), lost, onlyStale),
                recording.longestCall() / NANOS,
                stalest(recording, struck),
                first(byNewPrimary, moments.followed()),
                failedSince(recording, moments.writable().orElse(struck)));
    }

    /** From then to the first of these that was acknowledged since; infinite if none was. */
    private static OptionalDouble first(List<Acknowledged> writes, OptionalLong moment) {
        if (moment.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(writes.stream()
                .mapToDouble(write -> (write.at() - moment.getAsLong()) / NANOS)
                .filter(ms -> ms >= 0)
                .min()
                .orElse(Double.POSITIVE_INFINITY));
    }

    private static int failedSince(Recording recording, long moment) {
        return (int) recording.failed().stream()
                .filter(write -> write.from() - moment > 0)
                .count();
    }

    /** The longest gap from 0 to the end; one that began before 0 counts whole. */
    private static double silence(LongStream successes, long end) {
        long longest = 0;
        long last = 0;
        for (long at : LongStream.concat(successes.filter(at -> at <= end), LongStream.of(end))
                .sorted()
                .toArray()) {
            if (at > 0) {
                longest = Math.max(longest, at - last);
            }
            last = at;
        }
        return longest / NANOS;
    }

    private static int untold(Recording recording, Set<Long> onlyStale) {
        long acknowledged = recording.acknowledged().stream()
                .filter(write -> onlyStale.contains(write.id()))
                .count();
        return (int) acknowledged + refused(recording, onlyStale);
    }

    private static int misled(Recording recording, OptionalLong writable, Set<Long> lost, Set<Long> onlyStale) {
        long late = writable.isEmpty()
                ? 0
                : recording.acknowledged().stream()
                        .filter(write -> lost.contains(write.id()))
                        .filter(write -> write.at() - writable.getAsLong() > 0)
                        .count();
        return (int) late + refused(recording, onlyStale);
    }

    /** How many of these ids are of writes whose callers were told that nothing was stored. */
    private static int refused(Recording recording, Set<Long> ids) {
        return (int) recording.failed().stream()
                .filter(write -> !write.toldUnknown() && ids.contains(write.id()))
                .count();
    }

    private static double stalest(Recording recording, long origin) {
        Acknowledgements acknowledgements = Acknowledgements.of(recording.acknowledged());
        long stalest = 0;
        for (Recording.Read read : recording.reads()) {
            if (read.at() - origin > 0) {
                stalest = Math.max(stalest, acknowledgements.age(read.shown(), read.at()));
            }
        }
        return stalest / NANOS;
    }

    /** {@link #firstFollowed} of a fault in which it is looked for. */
    public double firstFollowedOrNever() {
        return firstFollowed.orElse(Double.POSITIVE_INFINITY);
    }

    /** {@link #firstWrite} of a fault that promotes. */
    public double firstWriteOrNever() {
        return firstWrite.orElse(Double.POSITIVE_INFINITY);
    }

    /** Whether writes came back, where there was something to come back to. */
    @Override
    public boolean recovered() {
        return firstWrite.isEmpty() || Double.isFinite(firstWrite.getAsDouble());
    }

    @Override
    public String toString() {
        String promotion = outage.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "promoted after %.1f ms, first write %s ms later, ",
                        outage.getAsDouble(),
                        millis(firstWrite.orElse(0)));
        String followed = firstFollowed.isEmpty()
                ? ""
                : millis(firstFollowed.getAsDouble()) + " ms after a replica acknowledged one, ";
        return promotion
                + followed
                + String.format(
                        Locale.ROOT,
                        "silence: writes %s, reads %s ms; failed: %d writes (%d later), %d reads; lost %d, only stale %d, untold %d, misled %d;"
                                + " longest call %s ms, stalest read %s ms",
                        millis(writeSilence),
                        millis(readSilence),
                        failedWrites,
                        failedLater,
                        failedReads,
                        lost,
                        onlyStale,
                        untold,
                        misled,
                        millis(longestCall),
                        millis(stalest));
    }

    /** With one digit; {@code never} if infinite. */
    public static String millis(double ms) {
        return Double.isInfinite(ms) ? "never" : String.format(Locale.ROOT, "%.1f", ms);
    }
}
