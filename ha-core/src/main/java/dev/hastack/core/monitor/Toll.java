package dev.hastack.core.monitor;

import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the faults of a store cost its callers: how many of their calls were held for want of a node, failed, or ended without anybody
 * knowing whether they were done. A fault that costs them something is a line when they are served again, and while it lasts a line
 * after 10 seconds, 20, 40 and so on. Calls that end late, after callers were served again, are a line of their own, and those that
 * go on doing so are told of as rarely. Calls that fail while nothing is wrong with the store are their callers' to tell of. To count
 * costs little, and any thread may; the rest is for one thread at a time.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-15.
 */
public final class Toll {
    private static final Logger log = LoggerFactory.getLogger("dev.hastack.topology");

    /** Those that a retired node still had are aborted just after its successor is found; so long nobody must have suffered. */
    private static final Duration CALM = Duration.ofSeconds(1);

    private static final Duration FIRST_WORD = Duration.ofSeconds(10);

    /** So long a call may have failed before it is known that something is wrong. */
    private static final Duration VERDICT = Duration.ofSeconds(10);

    /** So much later a call may end that a fault is to blame for: when its own time is over. */
    private static final Duration AFTERMATH = Duration.ofMinutes(1);

    private final String store;
    private final LongAdder held = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private Counts before = new Counts(0, 0, 0);
    private Counts seen = before;
    private Counts told = before;
    /** When it began, and nobody has been told yet that it is over. */
    private @Nullable Instant began;
    /** Whether a fault is known to be behind it: calls may fail before one is known, and after it is over. */
    private boolean known;

    private @Nullable Instant faultAt;
    /** When a call was counted last. */
    private Instant sufferedAt = Instant.MIN;

    private Instant nextWord = Instant.MIN;
    /** No line before then of calls that end late. */
    private Instant nextLateWord = Instant.MIN;

    private record Counts(long held, long failed, long unknown) {
        Counts since(Counts before) {
            return new Counts(held - before.held, failed - before.failed, unknown - before.unknown);
        }

        /** As {@link #equals}, which a record's costs more than all else at a tick where nothing has gone wrong. */
        boolean same(Counts other) {
            return held == other.held && failed == other.failed && unknown == other.unknown;
        }

        String text() {
            return "calls held " + held + ", failed " + failed + ", of unknown outcome " + unknown;
        }
    }

    /** @param store as logs name it */
    public Toll(String store) {
        this.store = store;
    }

    /** A call waits for a node; counted once for each call, and again if it fails. */
    public void held() {
        held.increment();
    }

    /** A call failed, and was not done. */
    public void failed() {
        failed.increment();
    }

    /** A call failed, and nobody knows whether it was done. */
    public void unknown() {
        unknown.increment();
    }

    /** Something is wrong with the store from now on. */
    public void fault(Instant now) {
        faultAt = now;
        if (!known) {
            known = true;
            Instant since = began;
            Instant earliest = now.minus(VERDICT);
            began = since == null ? now : since.isBefore(earliest) ? earliest : since;
            nextWord = now.plus(FIRST_WORD);
            nextLateWord = Instant.MIN;
        }
    }

    /**
     * Looks what has been counted; to be called a few times a second.
     *
     * @param served whether the store has a node for its callers
     */
    public void look(boolean served, Instant now) {
        if (faultAt != null && !served) {
            faultAt = now;
        }
        count(now, !served);
        Instant since = began;
        if (since == null) {
            return;
        }
        if (!blamed(now)) {
            if (passed(since, VERDICT, now)) {
                forget();
            }
        } else if (served && passed(lastOf(since), CALM, now)) {
            if (known || !now.isBefore(nextLateWord)) {
                end(ending(since));
                nextLateWord = nextLateWord(now);
            }
        } else if (!seen.equals(told) && !now.isBefore(nextWord)) {
            told = seen;
            nextWord = now.plus(Duration.between(since, now));
            tell("callers suffer, for " + Words.of(Duration.between(since, now)) + " now");
        }
    }

    /** Nothing more will be counted: tells what is untold. */
    public void close(Instant now) {
        count(now, false);
        Instant since = began;
        if (since != null && blamed(now)) {
            end("closed, and callers suffered for " + Words.of(Duration.between(since, now)));
        }
    }

    private void count(Instant now, boolean faulty) {
        Counts counts = new Counts(held.sum(), failed.sum(), unknown.sum());
        if (!counts.same(seen)) {
            if (seen.equals(before)) {
                nextWord = (nextLateWord.isAfter(now) ? nextLateWord : now).plus(FIRST_WORD);
            }
            seen = counts;
            sufferedAt = now;
            if (began == null) {
                // An earlier one is over, and callers were served since.
                began = now;
                known = faulty && faultAt != null;
            }
        }
    }

    /** Ever later, and before nobody blames the fault any more. */
    private Instant nextLateWord(Instant now) {
        Instant fault = faultAt == null ? now : faultAt;
        Duration lasted = Duration.between(fault, now);
        Instant next = now.plus(lasted.compareTo(FIRST_WORD) > 0 ? lasted : FIRST_WORD);
        Instant latest = fault.plus(AFTERMATH).minus(CALM);
        return next.isBefore(latest) ? next : latest;
    }

    /** When something was wrong last. */
    private Instant lastOf(Instant since) {
        Instant fault = faultAt;
        Instant last = sufferedAt.isAfter(since) ? sufferedAt : since;
        return fault != null && fault.isAfter(last) ? fault : last;
    }

    private String ending(Instant since) {
        Instant fault = faultAt;
        return known || fault == null
                ? "callers are served again, after " + Words.of(Duration.between(since, lastOf(since)))
                : "calls suffered up to " + Words.of(Duration.between(fault, lastOf(since))) + " after the fault";
    }

    private void end(String words) {
        if (!seen.equals(before)) {
            tell(words);
        }
        forget();
    }

    private void forget() {
        before = seen;
        told = seen;
        began = null;
        known = false;
    }

    private void tell(String words) {
        Counts cost = seen.since(before);
        log.atLevel(cost.failed() + cost.unknown() > 0 ? Level.WARN : Level.INFO)
                .addKeyValue("store", store)
                .addKeyValue("held", cost.held())
                .addKeyValue("failed", cost.failed())
                .addKeyValue("unknown", cost.unknown())
                .log("{}: {}: {}", store, words, cost.text());
    }

    /** Whether what was counted may be due to a fault. */
    private boolean blamed(Instant now) {
        Instant fault = faultAt;
        return fault != null && !passed(fault, AFTERMATH, now);
    }

    private static boolean passed(Instant since, Duration time, Instant now) {
        return !now.isBefore(since.plus(time));
    }
}
