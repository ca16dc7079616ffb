package dev.hastack.redis;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Calls that wait for a node, by slot, the oldest first, so that those of one key stay in order. Thread-safe. */
final class SlotQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Queue<Call<?, ?, ?>>> waiting = new HashMap<>();
    private final AtomicInteger size = new AtomicInteger();

    int size() {
        return size.get();
    }

    boolean holds(int slot) {
        lock.lock();
        try {
            return waiting.containsKey(slot);
        } finally {
            lock.unlock();
        }
    }

    /** False if there are as many as {@code most} already. */
    boolean offer(int slot, Call<?, ?, ?> call, int most) {
        lock.lock();
        try {
            if (size.get() >= most) {
                return false;
            }
            size.incrementAndGet();
            waiting.computeIfAbsent(slot, any -> new PriorityQueue<>(Comparator.comparingLong(Call::bornAt)))
                    .add(call);
            return true;
        } finally {
            lock.unlock();
        }
    }

    List<Integer> slots() {
        lock.lock();
        try {
            return List.copyOf(waiting.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** The oldest of this slot, which counts as held until {@link #settle} all the same. */
    @Nullable
    Call<?, ?, ?> poll(int slot) {
        lock.lock();
        try {
            Queue<Call<?, ?, ?>> queue = waiting.get(slot);
            Call<?, ?, ?> call = queue == null ? null : queue.poll();
            if (call != null) {
                size.decrementAndGet();
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    /** Whether none is left, so that newer calls need not queue up behind. */
    boolean settle(int slot) {
        lock.lock();
        try {
            Queue<Call<?, ?, ?>> queue = waiting.get(slot);
            if (queue != null && queue.isEmpty()) {
                waiting.remove(slot);
            }
            return !waiting.containsKey(slot);
        } finally {
            lock.unlock();
        }
    }
}
