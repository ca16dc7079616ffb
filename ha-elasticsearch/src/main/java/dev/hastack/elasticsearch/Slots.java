package dev.hastack.elasticsearch;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/** How many requests are under way, and who waits for a place among them, the first to come first. Thread-safe. */
final class Slots {
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Waiter> queue = new ArrayDeque<>();
    private int taken;
    private int most;

    /** A request that has to wait for its place. */
    interface Waiter {
        /** It has a place now; false if it needs none any more. Called without a lock, by a thread that must not be held up. */
        boolean admitted();
    }

    enum Entry {
        /** A place was taken. */
        TAKEN,
        /** The waiter will be told. */
        WAITS,
        /** Too many wait already. */
        REFUSED
    }

    /**
     * Takes a place, or waits for one.
     *
     * @param limit of those under way
     * @param waiting how many may wait
     */
    Entry enter(Waiter waiter, int limit, int waiting) {
        Waiter first = null;
        lock.lock();
        try {
            most = limit;
            if (taken < most && queue.isEmpty()) {
                taken++;
                return Entry.TAKEN;
            } else if (queue.size() >= waiting) {
                return Entry.REFUSED;
            }
            queue.add(waiter);
            if (taken < most) {
                // There are more places than before.
                taken++;
                first = queue.poll();
            }
        } finally {
            lock.unlock();
        }
        if (first != null && !first.admitted()) {
            leave();
        }
        return Entry.WAITS;
    }

    /** Gives a place back; the next takes it. */
    void leave() {
        boolean free = true;
        while (free) {
            Waiter next;
            lock.lock();
            try {
                next = taken <= most ? queue.poll() : null;
                if (next == null) {
                    taken--;
                }
            } finally {
                lock.unlock();
            }
            free = next != null && !next.admitted();
        }
    }

    /** It waits no more. */
    void forget(Waiter waiter) {
        lock.lock();
        try {
            boolean unused = queue.remove(waiter);
        } finally {
            lock.unlock();
        }
    }

    boolean unused() {
        lock.lock();
        try {
            return taken == 0 && queue.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
