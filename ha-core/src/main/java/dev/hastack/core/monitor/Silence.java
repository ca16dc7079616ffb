package dev.hastack.core.monitor;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is done, step by step, about a node that owes its probe an answer. After the timeout it is <em>silent</em>: others are
 * preferred, and asked at once. When it has been silent for longer than the slowness of everything explains, or for half of the timeout
 * more, it is asked <em>anew</em>, on another connection as well, since the one that was kept may have died unseen; nothing is given up
 * for that, since all may be slow. It is <em>hung</em> when neither has an answer, and slowness explains that no longer; and where no other
 * node has answered meanwhile, not before the time is over in which that is taken for news about this machine. A node that was never heard of has the patience of a connect from the moment another was, however long that took:
 * only then this process has shown that it gets through. A login, or a part of an answer, is a sign of life: the connection that it came by may
 * be lost as well, and the node is asked on yet another. Since a proxy before a node that hangs says the same, that holds for no longer than
 * slowness can explain. Guarded by the monitor's lock.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-8.
 */
final class Silence {
    /** To connect takes so many times as long as to answer, about. */
    private static final int ROUND_TRIPS = 4;

    /** The share of the timeout for which slowness may put off that it is asked anew: what a new connection is told may be its verdict. */
    private static final int SHARE = 2;

    private final Monitor monitor;
    private final ProbeTask task;
    private @Nullable Instant since;
    private Instant first = Instant.MIN;
    private Duration patience = Duration.ZERO;
    private boolean connecting;
    private @Nullable Instant found;
    private @Nullable Instant anew;

    Silence(Monitor monitor, ProbeTask task) {
        this.monitor = monitor;
        this.task = task;
    }

    /** @param connects whether that has to make a connection first, which may take as long as a connect may */
    void asked(Instant now, boolean connects) {
        if (since == null) {
            Monitor.Settings settings = monitor.settings();
            since = now;
            first = now;
            connecting = connects;
            patience = connects ? settings.timeout().plus(settings.connectTimeout()) : settings.timeout();
        }
    }

    /** The node has answered, or failed by itself. */
    void end() {
        since = null;
        found = null;
        anew = null;
    }

    /** Whether it owes its answer for longer than one may take. */
    boolean lasts() {
        return found != null;
    }

    /** The node has let the probe in, or answered a part of what it was asked. */
    void letIn(Instant now) {
        if (since == null || !now.isBefore(first.plus(patience).plus(monitor.longest()))) {
            return;
        }
        since = now;
        found = null;
        anew = null;
        connecting = false;
    }

    /** The node has answered somebody else: its silence counts from now. */
    void alive(Instant now) {
        if (since != null) {
            since = now;
            found = null;
            anew = null;
        }
    }

    /** This process was stopped for so long, which is nobody's silence. */
    void extend(Duration by) {
        patience = patience.plus(by);
        anew = anew == null ? null : anew.plus(by);
    }

    /** Takes the next step, if it is due; when to look again. */
    Instant look(Instant now) {
        Instant began = since;
        if (began == null) {
            return Instant.MAX;
        }
        Instant due = began.plus(patience);
        if (now.isBefore(due)) {
            return due;
        }
        if (found == null) {
            found = now;
            task.silent(Duration.between(began, now));
        }
        if (anew == null && !connecting) {
            Instant asks = due.plus(Cadence.min(monitor.slow(now), share()));
            if (now.isBefore(asks)) {
                return sooner(asks, now.plus(Cadence.URGENT));
            }
            anew = now;
            task.askAnew(began, now);
            return now.plus(Cadence.URGENT);
        }
        Instant verdict = verdict(due, found, now);
        if (now.isBefore(verdict)) {
            if (anew != null) {
                task.keepAsking(now);
            }
            // What excuses it may be over before.
            return sooner(verdict, now.plus(Cadence.URGENT));
        }
        end();
        task.hung(Duration.between(began, now));
        return Instant.MAX;
    }

    /** When it is hung, unless it answers before, or what excuses it is over. */
    private Instant verdict(Instant due, Instant sinceFound, Instant now) {
        Duration excuse = monitor.excuse(task, first, sinceFound, now);
        Instant asked = anew;
        if (asked == null) {
            if (task.everHeard()) {
                return due.plus(Cadence.min(excuse.multipliedBy(ROUND_TRIPS), monitor.longest()));
            }
            return later(firstConnect(now), due.plus(excuse));
        }
        // Slow as all may be, it is judged no sooner for having been asked anew so soon.
        Instant from = later(asked, due.plus(monitor.slow(now)));
        Instant excused = from.plus(excuse.multipliedBy(ROUND_TRIPS));
        return later(sooner(excused, due.plus(monitor.longest())), from.plus(share()));
    }

    private Duration share() {
        return monitor.settings().timeout().dividedBy(SHARE);
    }

    private static Instant sooner(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    /** Until when a connect may last that is one of the first of this process. */
    private Instant firstConnect(Instant now) {
        return monitor.firstHeard()
                .map(at -> at.plus(patience).plus(monitor.slow(now)))
                .orElse(now);
    }
}
