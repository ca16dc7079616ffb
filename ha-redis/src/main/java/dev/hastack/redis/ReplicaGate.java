package dev.hastack.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Where writes wait that want replicas which their primary is not in touch with, by its own word, or which did not acknowledge the last
 * write in time and have yet to catch up: they would be done and not be durable. While any waits, one of them has the primary asked every ten milliseconds, so that all go on within about
 * that time of a replica's return. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, RED-25.
 */
final class ReplicaGate {
    private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(10);

    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long version;
    private boolean asked;

    /**
     * What a node has said.
     *
     * @param behind how much it had written when a write was not acknowledged in time; 0 if that is over. Who has less
     *     would not acknowledge the next one in time, either.
     */
    private record Known(InTouch replicas, long behind) {
        static final Known NOTHING = new Known(InTouch.NOBODY, 0);

        /** Over as soon as all have caught up, or one left or came; or the node has begun anew. */
        Known heard(InTouch said) {
            InTouch now = said.after(replicas);
            boolean over =
                    now.count() != replicas.count() || now.having(behind) == now.count() || now.written() < behind;
            return new Known(now, over ? 0 : behind);
        }

        int ready() {
            return replicas.having(behind);
        }
    }

    /** This node has said which replicas it is in touch with; which these are, knowing what it had said before. */
    InTouch heard(String node, InTouch replicas) {
        return update(node, before -> before.heard(replicas)).replicas();
    }

    /** The same, after a write was not acknowledged in time. */
    void missed(String node, InTouch replicas) {
        update(node, before -> new Known(replicas.after(before.replicas()), replicas.written()));
    }

    private Known update(String node, UnaryOperator<Known> step) {
        int before = ready(node);
        Known now = known.compute(node, (n, last) -> step.apply(last == null ? Known.NOTHING : last));
        if (ready(node) != before) {
            wake();
        }
        return now;
    }

    /** Something else changed that writes may wait for. */
    void wake() {
        lock.lock();
        try {
            version++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many replicas this node was in touch with when it was last heard from. */
    int inTouch(String node) {
        return replicas(node).count();
    }

    /** Which these are. */
    InTouch replicas(String node) {
        return known(node).replicas();
    }

    /** How many of these have all that others had to be waited for. */
    int ready(String node) {
        return known(node).ready();
    }

    private Known known(String node) {
        return known.getOrDefault(node, Known.NOTHING);
    }

    /** How many writes wait. */
    int waiting() {
        return waiting.get();
    }

    /**
     * Waits until it opens, at most for this time; whether it did.
     *
     * @param opens looked at without a lock, by whoever waits
     * @param ask has the primary asked again
     */
    boolean await(BooleanSupplier opens, Runnable ask, Duration atMost) throws InterruptedException {
        if (opens.getAsBoolean()) {
            return true;
        }
        long until = System.nanoTime() + atMost.toNanos();
        waiting.incrementAndGet();
        try {
            while (true) {
                long seen = version();
                if (opens.getAsBoolean()) {
                    return true;
                }
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                if (pause(seen, left)) {
                    ask.run();
                }
            }
        } finally {
            waiting.decrementAndGet();
            passOn();
        }
    }

    /** Whoever leaves may have been woken to ask: then somebody else has to. */
    private void passOn() {
        lock.lock();
        try {
            if (!asked) {
                news.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private long version() {
        lock.lock();
        try {
            return version;
        } finally {
            lock.unlock();
        }
    }

    /** Until there is news. Of all that wait, one gets up to ask: returns whether this one has to. */
    @SuppressWarnings("WaitNotInLoop") // Whoever calls this looks again, whatever woke it.
    private boolean pause(long seen, long left) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (version != seen) {
                return false;
            }
            if (asked) {
                long unused = news.awaitNanos(left);
                return false;
            }
            asked = true;
            try {
                return news.awaitNanos(Math.min(OFTEN, left)) <= 0;
            } finally {
                asked = false;
                // Whoever comes next to wait here may be none: one that waits already takes over.
                news.signal();
            }
        } finally {
            lock.unlock();
        }
    }
}
