package dev.hastack.core.monitor;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one node, on a thread of its own, one probe at a time. Its fields are guarded by the monitor's lock; the probe
 * itself runs outside it. The deadline of a probe is kept by {@link Watch}, since a thread that hangs cannot keep it.
 */
final class ProbeTask implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(ProbeTask.class);

    /** How long a probe of a node that answers its callers may take: it may be its connection that is broken. */
    private static final int TIMEOUTS_OF_ONE = 4;

    private final String node;
    private final Monitor monitor;
    private final Thread thread;
    private final Condition wake;

    private volatile Probe probe;
    private boolean ended;
    private boolean requested = true;
    private boolean inFlight;
    private boolean overdue;
    private Duration extension = Duration.ZERO;
    private int generation;
    private int denied;
    private Duration calm;
    private @Nullable Instant startedAt;
    private Instant answeredAt = Instant.MIN;

    ProbeTask(String node, Monitor monitor) {
        this.node = node;
        this.monitor = monitor;
        this.probe = monitor.adapter().probe(node);
        this.wake = monitor.lock().newCondition();
        this.calm = monitor.settings().interval();
        this.thread = new Thread(this, "ha-" + monitor.settings().store() + "-" + node + "-probe");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    String node() {
        return node;
    }

    /** Lock held: probe at once, or again at once if a probe is under way, since that may have been sent before. */
    void request() {
        if (denied == 0) {
            requested = true;
            wake();
        }
    }

    void wake() {
        wake.signalAll();
    }

    void end() {
        monitor.lock().lock();
        try {
            ended = true;
            wake();
            probe.abort();
        } finally {
            monitor.lock().unlock();
        }
    }

    void join(Duration atMost) {
        join(thread, atMost);
    }

    static void join(Thread thread, Duration atMost) {
        try {
            thread.join(Math.max(1, atMost.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        while (!isEnded()) {
            try {
                while (awaitDue()) {
                    probeOnce();
                }
            } catch (InterruptedException e) {
                log.debug("{}: probe task interrupted", thread.getName());
            } catch (Throwable e) {
                // A monitor that dies silently is the worst of failures: say so, trust nothing old, and go on.
                log.atError()
                        .setCause(e)
                        .addKeyValue("store", monitor.settings().store())
                        .addKeyValue("node", node)
                        .log("the probe task of {} died and is restarted", node);
                recover(e);
            }
        }
        probe.close();
    }

    private void recover(Throwable death) {
        try {
            probe.close();
            probe = monitor.adapter().probe(node);
            failed(Kind.NETWORK, "the probe task died: " + death);
        } catch (Throwable e) {
            log.atError()
                    .setCause(e)
                    .addKeyValue("node", node)
                    .log("the probe task of {} did not recover at once", node);
        }
    }

    private boolean isEnded() {
        monitor.lock().lock();
        try {
            return ended;
        } finally {
            monitor.lock().unlock();
        }
    }

    /** Waits until the next probe is due and marks it as under way; false if the task has ended. */
    private boolean awaitDue() throws InterruptedException {
        monitor.lock().lock();
        try {
            Time time = monitor.time();
            while (!ended) {
                Instant now = time.now();
                Instant due = due(now);
                if (!due.isAfter(now)) {
                    requested = false;
                    probe.arm();
                    inFlight = true;
                    overdue = false;
                    extension = Duration.ZERO;
                    startedAt = now;
                    generation = monitor.snapshot()
                            .node(node)
                            .map(NodeView::generation)
                            .orElse(0);
                    calm = Cadence.jittered(
                            monitor.settings().interval(),
                            ThreadLocalRandom.current().nextDouble());
                    return true;
                }
                time.await(monitor.lock(), wake, due);
            }
            return false;
        } finally {
            monitor.lock().unlock();
        }
    }

    private Instant due(Instant now) {
        if (startedAt == null) {
            return now;
        }
        if (requested) {
            // However many ask for it: whoever keeps failing must not keep a server busy with probes.
            return startedAt.plus(Cadence.AT_ONCE);
        }
        if (denied > 0) {
            return startedAt.plus(Cadence.denied(monitor.settings().interval(), denied));
        }
        Optional<Duration> urgent = monitor.urgent(now);
        return startedAt.plus(urgent.map(Cadence::urgent).orElse(calm));
    }

    private void probeOnce() {
        Answer answer;
        try {
            answer = probe.ask();
        } catch (Exception e) {
            // What the table does not know was refused to the probe itself: a matter of configuration.
            failed(monitor.adapter().kind(e).orElse(Kind.DENIED), Causes.line(e));
            return;
        }
        // Not within the try: what goes wrong in a step is a fault of ours, and no news of the node.
        answered(answer);
    }

    private void answered(Answer answer) {
        monitor.lock().lock();
        try {
            if (finish() && startedAt != null) {
                denied = 0;
                monitor.step(new Input.Answered(
                        node,
                        generation,
                        answer.role(),
                        answer.identity(),
                        answer.epoch(),
                        answer.position(),
                        answer.followers(),
                        startedAt,
                        monitor.time().now()));
            }
        } finally {
            monitor.lock().unlock();
        }
    }

    private void failed(Kind kind, String cause) {
        monitor.lock().lock();
        try {
            if (finish()) {
                denied = kind == Kind.DENIED ? denied + 1 : 0;
                step(kind, cause);
            }
        } finally {
            monitor.lock().unlock();
        }
    }

    /** Whether the outcome still counts; it does not if the deadline passed before. */
    private boolean finish() {
        boolean counts = inFlight && !overdue && !ended;
        inFlight = false;
        return counts;
    }

    private void step(Kind kind, String cause) {
        monitor.step(new Input.Failed(
                node,
                generation,
                kind,
                Input.Source.PROBE,
                cause,
                monitor.time().now()));
    }

    /** Lock held: when the probe under way must have ended. */
    Optional<Instant> deadline() {
        return inFlight && !overdue && startedAt != null
                ? Optional.of((answeredAt.isAfter(startedAt) ? answeredAt : startedAt)
                        .plus(monitor.settings().timeout())
                        .plus(extension))
                : Optional.empty();
    }

    /** Lock held: the node has just answered a caller: it is slow at worst. A probe that takes very long is tried again. */
    void alive(Instant now) {
        answeredAt = now;
        if (inFlight
                && !overdue
                && startedAt != null
                && !now.isBefore(startedAt.plus(monitor.settings().timeout().multipliedBy(TIMEOUTS_OF_ONE)))) {
            overdue = true;
            probe.abort();
            request();
        }
    }

    /** Lock held: the probe under way may take so much longer. */
    void extend(Duration by) {
        extension = extension.plus(by);
    }

    /** Lock held: the deadline has passed. */
    void hung() {
        overdue = true;
        denied = 0;
        probe.abort();
        step(Kind.HUNG, "no answer within " + monitor.settings().timeout().toMillis() + " ms");
    }
}
