package dev.hastack.core.monitor;

import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one node's death watch, on a thread of its own, while the node is usable. The end of its connection makes the node
 * suspect, as that of any other does, and the probe decides. Its fields are guarded by the monitor's lock.
 */
final class DeathWatchTask implements Runnable {
    /** A publication wakes it; this is only how long it waits for one. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(DeathWatchTask.class);

    private final String node;
    private final Monitor monitor;
    private final DeathWatch watch;
    private final Thread thread;
    private final Condition wake;
    private boolean ended;
    private int generation;
    private Instant notBefore = Instant.MIN;

    DeathWatchTask(String node, Monitor monitor, DeathWatch watch) {
        this.node = node;
        this.monitor = monitor;
        this.watch = watch;
        this.wake = monitor.lock().newCondition();
        this.thread = new Thread(this, "ha-" + monitor.settings().store() + "-" + node + "-death-watch");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Lock held: there is news. */
    void wake() {
        wake.signalAll();
    }

    /** Lock held: the connections of this generation are of no use any more. */
    void retire(int retired) {
        if (retired == generation) {
            watch.abort();
        }
    }

    /** Lock held. */
    void end() {
        ended = true;
        watch.abort();
        wake();
    }

    void join(Duration atMost) {
        ProbeTask.join(thread, atMost);
    }

    @Override
    public void run() {
        boolean go = true;
        while (go) {
            try {
                go = awaitUsable();
                if (go) {
                    watchOnce();
                }
            } catch (InterruptedException e) {
                log.debug("{}: interrupted", thread.getName());
            } catch (Throwable e) {
                log.atError()
                        .setCause(e)
                        .addKeyValue("node", node)
                        .log("the death watch of {} failed and goes on", node);
            }
        }
        watch.close();
    }

    /** Waits until there is something to watch; false if the task has ended. */
    private boolean awaitUsable() throws InterruptedException {
        monitor.lock().lock();
        try {
            Time time = monitor.time();
            while (!ended) {
                Instant now = time.now();
                Optional<NodeView> open = monitor.snapshot().node(node).filter(DeathWatchTask::letsIn);
                if (open.isPresent() && !now.isBefore(notBefore)) {
                    generation = open.get().generation();
                    watch.arm();
                    return true;
                }
                time.await(monitor.lock(), wake, now.isBefore(notBefore) ? notBefore : now.plus(IDLE));
            }
            return false;
        } finally {
            monitor.lock().unlock();
        }
    }

    /** One that denies its probe would deny this as well, each second: that may lock an account. */
    private static boolean letsIn(NodeView node) {
        return node.open()
                && node.failure().filter(last -> last.kind() == Kind.DENIED).isEmpty();
    }

    private void watchOnce() {
        try {
            watch.connect();
        } catch (Exception e) {
            log.debug("{}: not connected: {}", thread.getName(), Causes.line(e));
            rest();
            return;
        }
        try {
            watch.await();
        } catch (Exception e) {
            // One that is aborted is of an old generation by then, and so reports nothing.
            Optional<Kind> kind = monitor.adapter().kind(e);
            kind.ifPresent(k -> monitor.report(node, generation, k, e));
        } finally {
            rest();
        }
    }

    /** A session that the server ends again and again must not keep it busy, nor its gate closed. */
    private void rest() {
        watch.close();
        monitor.lock().lock();
        try {
            notBefore = monitor.time().now().plus(monitor.settings().interval());
        } finally {
            monitor.lock().unlock();
        }
    }
}
