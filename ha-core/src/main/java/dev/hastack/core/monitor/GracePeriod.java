package dev.hastack.core.monitor;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Puts deadlines off after this process was stopped, by its garbage collector, its host or a signal. What was answered meanwhile lies unread in
 * its sockets and is read only once its threads run again; a deadline that has passed by then says nothing of the node that owes an answer.
 *
 * <p>A thread that looks at regular times says when it expects to look next. A look that comes 50 ms late or later tells of a pause. What was under
 * way during the pause is not over before as much time again as the look was late has passed, {@link #LONGEST} at most. Where one pause follows
 * another, as on a machine that is far too busy, a deadline is put off three times at most and then holds. All times are those of {@link System#nanoTime()}.
 * Thread-safe.
 */
public final class GracePeriod {
    /** How long a deadline is put off at most after one pause. */
    public static final Duration LONGEST = Duration.ofSeconds(1);

    /** By how much a look must be late to tell of a pause of the process; less is the scheduler's noise. */
    static final Duration PAUSE = Duration.ofMillis(50);

    private volatile @Nullable Grace last;
    private volatile long expected = Long.MIN_VALUE;
    private volatile boolean expecting;

    /**
     * The grace after the last pause.
     *
     * @param begun when the pause ended
     * @param woke when the last pause ended; others may come within one grace
     * @param before when the grace before it began
     * @param earlier when the one before that began: what was over by then has been put off twice
     */
    private record Grace(long begun, long woke, long before, long earlier, long until) {
        static Grace first(long now, long late) {
            // What was under way for longer than anything may be is as if it had begun then.
            long never = now - (1L << 62);
            return new Grace(now, now, never, never, now + length(late));
        }

        Grace next(long now, long late) {
            if (now - until >= 0) {
                return new Grace(now, now, begun, before, now + length(late));
            }
            long end = Math.min(LONGEST.toNanos(), now - begun + length(late));
            return new Grace(begun, now, before, earlier, until + Math.max(0, begun + end - until));
        }

        private static long length(long late) {
            return Math.min(late, LONGEST.toNanos());
        }
    }

    /** Says when the next look should come. */
    public void expect(long next) {
        expected = next;
        expecting = true;
    }

    /** Reports that the look comes now. */
    public void looks(long now) {
        long late = late(now);
        if (late >= PAUSE.toNanos()) {
            last = grace(now, late);
            expecting = false;
        }
    }

    private long late(long now) {
        return expecting ? now - expected : 0;
    }

    private Grace grace(long now, long late) {
        Grace before = last;
        return before == null ? Grace.first(now, late) : before.next(now, late);
    }

    /** The grace as of now, also if the look has yet to come that tells of the pause. */
    private @Nullable Grace present(long now) {
        long late = late(now);
        return late >= PAUSE.toNanos() ? grace(now, late) : last;
    }

    /**
     * Returns until when time counts for what has been under way since then: until now, or, while it was under way in a pause and has
     * grace, until what it was long before, but never a time before it began.
     */
    public long counted(long since, long now) {
        Grace grace = present(now);
        if (grace == null || now - grace.until() >= 0 || since - grace.woke() >= 0) {
            return now;
        }
        return grace.earlier() - since > 0 ? grace.earlier() : since;
    }

    /** Returns whether a deadline has passed for what has been under way since then. */
    public boolean passed(long since, long deadline, long now) {
        return now - deadline >= 0 && counted(since, now) - deadline >= 0;
    }

    /**
     * Returns whether it is nobody's failure but this process's that there was no answer by this deadline: it fell into a pause, or into
     * the grace after one.
     *
     * @param deadline that has passed
     */
    public boolean excuses(long deadline, long now) {
        Grace grace = present(now);
        return grace != null && deadline - grace.until() <= 0;
    }
}
