package dev.hastack.redis;

import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Slowness;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;

/**
 * How long servers of one kind may owe an answer until that is told as a fault of theirs: longer than a probe, or a connect and a probe, by as
 * much as this process and all of them are slow. While none of them answers, that is news about this machine first. The rule is the one
 * by which the monitor takes a node for hung. Used by one thread.
 */
final class Patience {
    /** As many timeouts longer than one may all be silent, and no slowness excuses more. */
    private static final int ALL_SILENT = 10;

    /** How many times as long that is before any was heard of, as at the cold start of a process on a busy machine. */
    private static final int COLD = 4;

    private final Duration timeout;
    private final Duration connectTimeout;
    private final Machine machine;
    private final Slowness slowness = new Slowness();
    private Instant firstHeard = Instant.MAX;

    /** @param machine what the stores of this process know of it */
    Patience(Duration timeout, Duration connectTimeout, Machine machine) {
        this.timeout = timeout;
        this.connectTimeout = connectTimeout;
        this.machine = machine;
    }

    /** One of them has answered, or failed by itself. */
    void heard(Inquiry<?> answered, Instant now) {
        slowness.saw(Duration.between(answered.askedAt(), now), now);
        if (now.isBefore(firstHeard)) {
            firstHeard = now;
        }
    }

    /** This thread goes on now, and should have then. */
    void late(Instant planned, Instant now) {
        if (now.isAfter(planned)) {
            Duration by = Duration.between(planned, now);
            slowness.saw(by, now);
            machine.late(by, now);
        }
    }

    /** How long all of them may be silent, beyond what one may take, until that is their own news. */
    Duration longest() {
        return timeout.multipliedBy(ALL_SILENT);
    }

    /**
     * Whether nothing explains so long a silence but the server that owes an answer.
     *
     * @param all of its kind
     */
    boolean isOver(Inquiry<?> silent, Collection<? extends Inquiry<?>> all, Instant now) {
        boolean alone = all.stream().noneMatch(other -> other != silent && other.answeredSince(silent.askedAt()));
        Duration longest = longest();
        boolean cold = firstHeard.equals(Instant.MAX);
        Duration excuse = cold ? longest.multipliedBy(COLD) : alone ? longest : atMost(longest, now);
        return !now.isBefore(begin(silent)
                .plus(silent.connects() ? timeout.plus(connectTimeout) : timeout)
                .plus(excuse));
    }

    /** After how long to ask on another connection, too: at the soonest after so long, and not while all are as slow as that. */
    Duration untilElsewhere(Duration soonest, Instant now) {
        Duration slow = atMost(timeout, now);
        return slow.compareTo(soonest) > 0 ? slow : soonest;
    }

    private Duration atMost(Duration longest, Instant now) {
        Duration own = slowness.explains(now);
        Duration others = machine.explains(now);
        Duration slow = own.compareTo(others) > 0 ? own : others;
        return slow.compareTo(longest) > 0 ? longest : slow;
    }

    /** Before any was heard of, this process has not shown that it gets through. */
    private Instant begin(Inquiry<?> silent) {
        Instant shown = silent.everHeard() || firstHeard.equals(Instant.MAX) ? silent.askedAt() : firstHeard;
        return shown.isAfter(silent.askedAt()) ? shown : silent.askedAt();
    }
}
