package dev.hastack.core.monitor;

import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * The question to one node, on a connection that is kept and, while that is silent, on a second one as well: it may have died unseen, or all
 * may be slow, and then a login takes longer than its answer. The first answer of either counts, and its connection is kept; the other is
 * closed. What is waited for in vain on one is no word of the node's while the other waits. Guarded by the monitor's lock.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-10.
 */
final class Attempts {
    private static final int MOST = 2;

    private final String node;
    private final Monitor monitor;
    private final Runnable signOfLife;
    private final Condition ended;
    /** Those that wait; first the one that has said nothing for the longest time. */
    private final Deque<Attempt> underWay = new ArrayDeque<>();

    private volatile Probe kept;
    private int generation;
    /** Whose outcome was not taken yet. */
    private @Nullable Attempt first;

    private @Nullable Outcome outcome;
    private @Nullable Thread other;

    /**
     * What came of a question.
     *
     * @param generation of the node when it was asked
     * @param answer null if it failed
     * @param failure null if it was answered
     * @param notLetIn whether it failed since the node did not let the probe in
     */
    record Outcome(
            Instant askedAt,
            int generation,
            @Nullable Answer answer,
            @Nullable Throwable failure,
            boolean notLetIn) {}

    private record Attempt(Probe probe, Instant askedAt, int generation) {}

    /** @param signOfLife called with the lock held when the node has said something, though not yet what it was asked */
    Attempts(String node, Monitor monitor, Runnable signOfLife) {
        this.node = node;
        this.monitor = monitor;
        this.signOfLife = signOfLife;
        this.ended = monitor.lock().newCondition();
        this.kept = newProbe();
    }

    private Probe newProbe() {
        Probe made = monitor.adapter().probe(node);
        made.onSignOfLife(() -> letIn(made));
        return made;
    }

    private void letIn(Probe by) {
        monitor.lock().lock();
        try {
            underWay.stream().filter(each -> each.probe() == by).findFirst().ifPresent(attempt -> {
                boolean unused = underWay.remove(attempt);
                underWay.addLast(attempt);
                signOfLife.run();
            });
        } finally {
            monitor.lock().unlock();
        }
    }

    /** Lock held: the next {@link #ask} asks now; an {@link #abort} from here on counts. */
    void begin(Instant now) {
        abort();
        kept.arm();
        Attempt begun = attempt(kept, now);
        first = begun;
        underWay.addLast(begun);
    }

    private Attempt attempt(Probe probe, Instant now) {
        generation = monitor.snapshot().node(node).map(NodeView::generation).orElse(0);
        return new Attempt(probe, now, generation);
    }

    /** Asks what was begun, without the lock, and waits for what counts; empty if it was aborted. */
    Optional<Outcome> ask() throws InterruptedException {
        Attempt begun = first;
        if (begun != null) {
            run(begun);
        }
        monitor.lock().lock();
        try {
            while (outcome == null && !underWay.isEmpty()) {
                ended.await();
            }
            return Optional.ofNullable(outcome);
        } finally {
            monitor.lock().unlock();
        }
    }

    private void run(Attempt attempt) {
        Outcome came;
        boolean inVain = false;
        try {
            came = new Outcome(
                    attempt.askedAt(), attempt.generation(), attempt.probe().ask(), null, false);
        } catch (Throwable e) {
            inVain = monitor.adapter().kind(e).equals(Optional.of(Kind.TIMEOUT));
            came = new Outcome(
                    attempt.askedAt(),
                    attempt.generation(),
                    null,
                    e,
                    attempt.probe().notLetIn());
        }
        if (!keeps(attempt, came, inVain)) {
            attempt.probe().close();
        }
    }

    /** Whether this is what came of the question, so that its connection is kept. */
    private boolean keeps(Attempt attempt, Outcome came, boolean inVain) {
        monitor.lock().lock();
        try {
            if (!underWay.remove(attempt) || (inVain && !underWay.isEmpty())) {
                return false;
            }
            abort();
            outcome = came;
            kept = attempt.probe();
            return true;
        } finally {
            monitor.lock().unlock();
        }
    }

    /** Lock held: whether it is known what came of the question, though the thread that asked may have yet to learn it. */
    boolean decided() {
        return outcome != null;
    }

    /** Lock held: that of the node when it was asked last. */
    int generation() {
        return generation;
    }

    /** Lock held: the outcome was taken. */
    void end() {
        first = null;
        outcome = null;
    }

    /** Lock held: since when the last that waits does; empty if none does. */
    Optional<Instant> lastAskedAt() {
        return underWay.stream().map(Attempt::askedAt).max(Instant::compareTo);
    }

    /**
     * Lock held: has the node asked on a new connection, too, unless one was since then. Of two that have been silent since the one that has been so
     * for longer is given up.
     */
    void askAnew(Instant since, Instant now) {
        if (underWay.size() == MOST
                && underWay.stream().noneMatch(each -> each.askedAt().isAfter(since))) {
            underWay.removeFirst().probe().abort();
        }
        askElsewhere(now);
    }

    /** Lock held: has the node asked on a new connection, too, unless two wait already, or none does. */
    void askElsewhere(Instant now) {
        if (underWay.isEmpty() || underWay.size() == MOST) {
            return;
        }
        Attempt second = attempt(newProbe(), now);
        Thread thread = new Thread(() -> run(second), "ha-" + monitor.settings().store() + "-" + node + "-probe-anew");
        thread.setDaemon(true);
        // Before it counts as under way: no thread may be had. It cannot end before that, since the lock is held.
        thread.start();
        underWay.addLast(second);
        other = thread;
    }

    /** Lock held: nothing is waited for any more. */
    void abort() {
        underWay.forEach(attempt -> attempt.probe().abort());
        underWay.clear();
        outcome = null;
        ended.signalAll();
    }

    /** Whether a node that denied access would be shown other credentials now. */
    boolean renewed() {
        return kept.renewed();
    }

    /** Begins from nothing after a fault of ours, which is what came of a question that was under way. */
    Optional<Outcome> renew(Throwable fault) {
        Optional<Outcome> died = Optional.empty();
        monitor.lock().lock();
        try {
            abort();
            Attempt begun = first;
            if (begun != null) {
                died = Optional.of(new Outcome(begun.askedAt(), begun.generation(), null, fault, false));
                outcome = died.get();
            }
        } finally {
            monitor.lock().unlock();
        }
        kept.close();
        kept = newProbe();
        return died;
    }

    /** Closes what is kept, when nothing is asked any more. */
    void close() {
        kept.close();
    }

    /** Waits for the thread of the second connection, if there is one. */
    void join(Duration atMost) {
        Thread thread;
        monitor.lock().lock();
        try {
            thread = other;
        } finally {
            monitor.lock().unlock();
        }
        if (thread != null) {
            ProbeTask.join(thread, atMost);
        }
    }
}
