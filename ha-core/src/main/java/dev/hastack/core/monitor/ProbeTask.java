package dev.hastack.core.monitor;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes one node, on a thread of its own, one question at a time, by its {@link Attempts}. Its fields are guarded by the monitor's lock; the
 * question is asked outside it. {@link Watch} looks after its {@link Silence}, since a thread that hangs cannot. Longer than most, since
 * when to ask, what is under way and what its end means is one state under that lock.
 */
final class ProbeTask implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(ProbeTask.class);

    /** How long a probe of a node that answers its callers may take on one connection: that may be broken. */
    private static final int TIMEOUTS_OF_ONE = 4;

    /** The share of the timeout after which it is asked on another connection as well, where one of the callers' is silent, too, or has failed. */
    private static final int SOON = 4;

    private static final String BESIDE_CALLERS = ", its probe is not let in any more; callers' connections still serve";

    private final String node;
    private final Monitor monitor;
    private final Thread thread;
    private final Condition wake;
    /** Worked out once, since to multiply a duration takes microseconds. */
    private final Duration longest;

    private final Attempts attempts;
    private boolean ended;
    private boolean requested = true;
    private boolean connected;
    private Duration took = Duration.ZERO;
    private boolean heard;
    private Instant answeredAt = Instant.MIN;
    private final Silence silence;
    private int denied;
    private Instant deniedAt = Instant.MIN;
    private Instant servedAt = Instant.MIN;
    private Instant lookedAt = Instant.MIN;
    private boolean glancing;
    private Duration calm;
    private @Nullable Instant startedAt;

    ProbeTask(String node, Monitor monitor) {
        this.node = node;
        this.monitor = monitor;
        this.attempts = new Attempts(node, monitor, this::letIn);
        this.wake = monitor.lock().newCondition();
        this.longest = monitor.settings().timeout().multipliedBy(TIMEOUTS_OF_ONE);
        this.silence = new Silence(monitor, this);
        this.calm = monitor.settings().interval();
        this.thread = new Thread(this, "ha-" + monitor.settings().store() + "-" + node + "-probe");
        thread.setDaemon(true);
    }

    private void letIn() {
        if (!ended) {
            silence.letIn(monitor.time().now());
        }
    }

    void start() {
        thread.start();
    }

    String node() {
        return node;
    }

    /**
     * Lock held: probe at once, or again at once if a probe is under way, since that may have been sent before. One that denies access is not
     * asked any sooner, unless callers have lost a connection to it as well: then nothing shows any more that it serves.
     */
    void request() {
        if (denied == 0 || view().flatMap(NodeView::suspect).isPresent()) {
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
            attempts.abort();
        } finally {
            monitor.lock().unlock();
        }
    }

    void join(Duration atMost) {
        join(thread, atMost);
        attempts.join(atMost);
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
                    if (glancing) {
                        glance();
                    } else {
                        probeOnce();
                    }
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
        attempts.close();
    }

    private void recover(Throwable death) {
        try {
            attempts.renew(death).ifPresent(came -> failed(came, Kind.NETWORK, "the probe task died: " + death));
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

    /** A file, perhaps, is looked at outside the lock. */
    private void glance() {
        if (!attempts.renewed()) {
            return;
        }
        monitor.lock().lock();
        try {
            requested = true;
        } finally {
            monitor.lock().unlock();
        }
    }

    /**
     * Waits until the next probe is due and marks it as under way, or until it is time to look whether a node that denies would get other
     * credentials now; false if the task has ended.
     */
    private boolean awaitDue() throws InterruptedException {
        monitor.lock().lock();
        try {
            Time time = monitor.time();
            while (!ended) {
                Instant now = time.now();
                Instant due = due(now);
                if (!due.isAfter(now)) {
                    glancing = false;
                    lookedAt = now;
                    requested = false;
                    attempts.begin(now);
                    startedAt = now;
                    silence.asked(now, !connected);
                    calm = Cadence.jittered(
                            monitor.settings().interval(),
                            ThreadLocalRandom.current().nextDouble());
                    return true;
                }
                glancing = false;
                Instant look = denied == 0 || requested
                        ? due
                        : lookedAt.plus(monitor.settings().interval());
                if (!look.isAfter(now)) {
                    lookedAt = now;
                    glancing = true;
                    return true;
                }
                Instant next = due.isBefore(look) ? due : look;
                time.await(monitor.lock(), wake, next);
                Instant woken = time.now();
                monitor.late(Duration.between(next, woken), woken);
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
        return startedAt.plus(monitor.urgent(now)
                .map(since -> Cadence.urgent(since, monitor.awaited(), took))
                .orElse(calm));
    }

    private void probeOnce() throws InterruptedException {
        Attempts.Outcome came = attempts.ask().orElse(null);
        if (came == null) {
            return;
        }
        Answer answer = came.answer();
        if (answer != null) {
            answered(came, answer);
        } else if (came.failure() instanceof Error fault) {
            throw fault;
        } else if (came.failure() != null) {
            // What the table does not know was refused to the probe itself: a matter of configuration.
            failed(
                    came,
                    monitor.adapter().kind(came.failure()).orElse(Kind.DENIED),
                    monitor.adapter().shown(Causes.line(came.failure())));
        }
    }

    private void answered(Attempts.Outcome came, Answer answer) {
        monitor.lock().lock();
        try {
            if (finish(true)) {
                answeredAt = came.askedAt();
                denied = 0;
                connected = true;
                took = Duration.between(came.askedAt(), monitor.time().now());
                monitor.slowness().saw(took, monitor.time().now());
                monitor.step(new Input.Answered(
                        node,
                        came.generation(),
                        answer.role(),
                        answer.identity(),
                        answer.epoch(),
                        answer.position(),
                        answer.followers(),
                        answer.refused(),
                        came.askedAt(),
                        monitor.time().now(),
                        answer.origin()));
            }
        } finally {
            monitor.lock().unlock();
        }
    }

    private void failed(Attempts.Outcome came, Kind kind, String cause) {
        monitor.lock().lock();
        try {
            // One that was waited for in vain has said nothing: its silence lasts, and has its verdict in its own time.
            if (finish(kind != Kind.TIMEOUT)) {
                Instant now = monitor.time().now();
                boolean serves = kind == Kind.DENIED && came.notLetIn() && serves();
                denied = kind == Kind.DENIED ? denied + 1 : 0;
                deniedAt = now;
                connected = false;
                if (serves) {
                    step(came.generation(), kind, Input.Source.PROBE_BESIDE_CALLERS, cause + BESIDE_CALLERS);
                } else {
                    step(came.generation(), kind, cause);
                }
            }
        } finally {
            monitor.lock().unlock();
        }
    }

    /** Whether callers' connections show that it serves; at its first denial since it answered, they have yet to. */
    private boolean serves() {
        return view().filter(NodeView::open).isPresent() && (denied == 0 || servedAt.isAfter(deniedAt));
    }

    /** Lock held: a caller's connection to it has come back. */
    void served(Instant now) {
        servedAt = now;
    }

    /**
     * Whether the outcome still counts; it does not if all was aborted meanwhile.
     *
     * @param says whether the node has answered, or failed by itself
     */
    private boolean finish(boolean says) {
        boolean counts = attempts.decided() && !ended;
        attempts.end();
        if (counts && says) {
            heard = true;
            silence.end();
            monitor.heard(monitor.time().now());
        }
        return counts;
    }

    private void step(int generation, Kind kind, String cause) {
        step(generation, kind, Input.Source.PROBE, cause);
    }

    private void step(int generation, Kind kind, Input.Source source, String cause) {
        monitor.step(new Input.Failed(
                node, generation, kind, source, cause, monitor.time().now()));
    }

    /** Lock held: whether it has answered what was asked since then. */
    boolean answeredSince(Instant since) {
        return !answeredAt.isBefore(since);
    }

    /** Lock held: when it was asked what it has answered last; long ago if it never has. */
    Instant answeredAt() {
        return answeredAt;
    }

    /** Lock held: whether it owes its answer for longer than one may take. */
    boolean isSilent() {
        return silence.lasts();
    }

    /** Lock held: whether it has ever answered, or failed by itself. */
    boolean everHeard() {
        return heard;
    }

    /** Lock held: takes the next step against a node that is silent, if it is due; when to look again. */
    Instant lookAtSilence(Instant now) {
        if (ended || attempts.decided()) {
            return Instant.MAX;
        }
        if (view().flatMap(NodeView::suspect).isPresent()) {
            askElsewhereSoon(now);
        }
        return silence.look(now);
    }

    /** Lock held: the node has just answered a caller: it is slow at worst. A probe that takes very long is asked on another connection. */
    void alive(Instant now) {
        silence.alive(now);
        if (attempts.lastAskedAt().filter(at -> !now.isBefore(at.plus(longest))).isPresent()) {
            attempts.askAnew(now, now);
        }
    }

    /** Lock held: this process was stopped for so long: that is nobody's silence. */
    void extend(Duration by) {
        silence.extend(by);
    }

    /** Lock held: nothing is decided, and nothing thrown away. */
    void silent(Duration so) {
        if (view().filter(NodeView::open).isPresent()) {
            step(attempts.generation(), Kind.TIMEOUT, "no answer to its probe for " + so.toMillis() + " ms");
        }
    }

    /** Lock held: another connection to the node is silent. */
    void doubt(Instant now) {
        if (attempts.lastAskedAt().isEmpty()) {
            request();
        } else {
            askElsewhereSoon(now);
        }
    }

    /** Asks it on a second connection, unless the question that is under way was asked just now, or has to connect first. */
    private void askElsewhereSoon(Instant now) {
        Duration soon = monitor.settings().timeout().dividedBy(SOON);
        if (connected
                && attempts.lastAskedAt()
                        .filter(asked -> !now.isBefore(asked.plus(soon)))
                        .isPresent()) {
            attempts.askElsewhere(now);
        }
    }

    /** Lock held: all connections on which it has been asked until then may have died unseen. */
    void askAnew(Instant since, Instant now) {
        if (attempts.lastAskedAt().isPresent()) {
            attempts.askAnew(since, now);
        } else {
            request();
        }
    }

    /** Lock held: a connection by which it was asked anew may have been waited for in vain; then there is another. */
    void keepAsking(Instant now) {
        attempts.askElsewhere(now);
    }

    private Optional<NodeView> view() {
        return monitor.snapshot().node(node);
    }

    /** Lock held: nothing explains so long a silence but that the node hangs. */
    void hung(Duration so) {
        attempts.abort();
        connected = false;
        denied = 0;
        boolean known = view().filter(view -> view.status() == Status.DOWN)
                .flatMap(NodeView::failure)
                .filter(failure -> failure.kind() == Kind.HUNG)
                .isPresent();
        if (!known) {
            step(attempts.generation(), Kind.HUNG, "no answer within " + so.toMillis() + " ms");
        }
    }
}
