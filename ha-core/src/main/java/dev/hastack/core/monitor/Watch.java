package dev.hastack.core.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the deadlines of the probes, and notices stalls: a node of which connections are in use or waited for and none comes back is a
 * hint to probe every node, after 20 ms, then 40, 80, 160 and 250 ms later; then it rests until one comes back. A false
 * hint costs a few probes and changes nothing; where hints keep being false, they become rarer.
 */
final class Watch implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Watch.class);
    /** While nothing is in use, a stall cannot begin. */
    private static final Duration IDLE_TICK = Duration.ofMillis(100);

    private final Monitor monitor;
    private final Thread thread;
    private final Condition wake;
    /** Half of an interval; worked out once, since to divide a duration takes microseconds. */
    private final Duration half;

    private final Map<String, Stall> stalls = new HashMap<>();
    private volatile boolean ended;
    private @Nullable Instant planned;
    private final GracePeriod grace = new GracePeriod();
    private Instant askedAt = Instant.MIN;
    private boolean awaited;

    /** Since when nothing came back, how many hints that gave, and how long it takes to become the first. */
    private record Stall(Instant since, int hints, Duration patience) {
        Stall over(Instant now) {
            return new Stall(now, 0, Cadence.patience(patience, hints > 0));
        }

        Stall hinted() {
            return new Stall(since, hints + 1, patience);
        }
    }

    Watch(Monitor monitor) {
        this.monitor = monitor;
        this.wake = monitor.lock().newCondition();
        this.half = monitor.settings().interval().dividedBy(2);
        this.thread = new Thread(this, "ha-" + monitor.settings().store() + "-all-watch");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void end() {
        monitor.lock().lock();
        try {
            ended = true;
            wake.signalAll();
        } finally {
            monitor.lock().unlock();
        }
    }

    /** How deadlines are put off after a pause of this process. */
    GracePeriod grace() {
        return grace;
    }

    void join(Duration atMost) {
        ProbeTask.join(thread, atMost);
    }

    @Override
    public void run() {
        boolean go = true;
        while (go) {
            try {
                go = tick();
            } catch (InterruptedException e) {
                log.debug("{}: interrupted", thread.getName());
            } catch (Throwable e) {
                log.atError()
                        .setCause(e)
                        .addKeyValue("store", monitor.settings().store())
                        .log("the watch over deadlines and stalls failed and goes on");
                go = rest();
            }
        }
    }

    /** After a failure: one tick of rest, so that one that lasts does not fill the log. */
    private boolean rest() {
        monitor.lock().lock();
        try {
            monitor.time().await(monitor.lock(), wake, monitor.time().now().plus(IDLE_TICK));
        } catch (InterruptedException e) {
            log.debug("{}: interrupted", thread.getName());
        } finally {
            monitor.lock().unlock();
        }
        return !ended;
    }

    private boolean tick() throws InterruptedException {
        monitor.lock().lock();
        try {
            Instant now = monitor.time().now();
            forgiveOwnPause(now);
            monitor.toll().look(monitor.snapshot().open(), now);
            Instant next = now.plus(
                    IDLE_TICK.compareTo(monitor.settings().timeout()) < 0
                            ? IDLE_TICK
                            : monitor.settings().timeout());
            Instant stale = monitor.republishAt().orElse(next);
            if (!stale.isAfter(now)) {
                monitor.republish();
            } else if (stale.isBefore(next)) {
                next = stale;
            }
            next = askWhatNearsItsLimit(now, next);
            if (monitor.awaited() != awaited) {
                awaited = !awaited;
                monitor.wakeProbes();
            }
            boolean busy = false;
            for (ProbeTask task : monitor.tasks()) {
                busy |= watchForStall(task, now);
                Instant look = task.lookAtSilence(now);
                if (look.isBefore(next)) {
                    next = look;
                }
            }
            monitor.shareSilence(now);
            Instant stallTick = now.plus(Cadence.URGENT);
            if (busy && stallTick.isBefore(next)) {
                next = stallTick;
            }
            planned = next;
            grace.expect(monitor.nanos(next));
            if (!ended) {
                monitor.time().await(monitor.lock(), wake, next);
            }
            return !ended;
        } finally {
            monitor.lock().unlock();
        }
    }

    /**
     * What is known grows old by itself where answers are late; so all are asked before it is too old, and again twice per
     * interval while that is so: a replica's position says something only beside one of the primary's from before it.
     */
    private Instant askWhatNearsItsLimit(Instant now, Instant next) {
        Instant due = monitor.nearing().orElse(Instant.MAX);
        Instant again = askedAt.equals(Instant.MIN) ? askedAt : askedAt.plus(half);
        Instant at = due.isBefore(again) ? again : due;
        if (at.isAfter(now)) {
            return at.isBefore(next) ? at : next;
        }
        askedAt = now;
        monitor.requestAll();
        return next;
    }

    /**
     * A tick that comes much later than planned tells that this process was stopped, by its garbage collector or its
     * host. Then it is not the servers that did not answer: probes that were under way get that time on top.
     */
    private void forgiveOwnPause(Instant now) {
        Duration late = planned == null ? Duration.ZERO : Duration.between(planned, now);
        monitor.late(late, now);
        grace.looks(monitor.nanos(now));
        if (late.compareTo(GracePeriod.PAUSE) >= 0) {
            monitor.tasks().forEach(task -> task.extend(late));
        }
    }

    /** Whether connections of this node are in use or waited for. */
    private boolean watchForStall(ProbeTask task, Instant now) {
        String node = task.node();
        boolean usable =
                monitor.snapshot().node(node).map(n -> n.status().usable()).orElse(false);
        // Asked in any case: it also resets the flag.
        boolean returned = monitor.adapter().returned(node);
        if (returned) {
            task.served(now);
            if (monitor.adapter().returnedIsAnswered()) {
                task.alive(now);
            }
        }
        if (!usable) {
            stalls.remove(node);
            return false;
        }
        Stall stall = stalls.getOrDefault(node, new Stall(now, 0, Cadence.URGENT));
        boolean inUse = monitor.adapter().inUse(node) > 0;
        if (returned) {
            // Nothing else to look at, at every tick of a busy node.
            stalls.put(node, stall.over(now));
            return inUse;
        } else if (!inUse) {
            // Kept for its patience. When next in use, it counts from when that is first seen.
            stalls.put(node, new Stall(Instant.MAX, 0, stall.patience()));
            return false;
        } else if (stall.since().equals(Instant.MAX)) {
            stall = new Stall(now, 0, stall.patience());
        }
        if (stall.hints() < Cadence.STALL_HINTS
                && Duration.between(stall.since(), now).compareTo(Cadence.stall(stall.hints(), stall.patience()))
                        >= 0) {
            stall = stall.hinted();
            monitor.requestAll();
        }
        stalls.put(node, stall);
        return inUse;
    }
}
