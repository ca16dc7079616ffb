package dev.hastack.core.monitor;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of changes, in order, on one daemon thread of its own, so that a slow or throwing listener never holds
 * up a monitor. The queue is bounded: where listeners do not keep up, the oldest events are dropped, counted and said.
 * Thread-safe.
 */
public final class Events implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Events.class);
    private static final int CAPACITY = 1024;

    private final BlockingQueue<Told> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final ChangeLog changes = new ChangeLog();
    private final List<Consumer<TopologyEvent>> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder dropped = new LongAdder();
    private final Thread thread;
    private volatile boolean closed;

    /** @param logged whether it is a line of the log as well */
    private record Told(TopologyEvent event, boolean logged) {}

    /** Starts its thread. */
    public Events() {
        thread = new Thread(this::run, "ha-stack-events");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Calls the listener for every change from now on, until the result is closed.
     *
     * @return closing it ends the subscription; it never throws
     */
    public Subscription subscribe(Consumer<TopologyEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** A listener's place in the list. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** How many events were dropped because listeners did not keep up. */
    public long dropped() {
        return dropped.sum();
    }

    /** Calls listeners, and writes the change to the log. */
    void offer(TopologyEvent event) {
        add(new Told(event, true));
    }

    /** Calls listeners for a change of a store that writes its own lines to the log; returns at once. */
    public void unlogged(TopologyEvent event) {
        add(new Told(event, false));
    }

    private void add(Told event) {
        while (!queue.offer(event)) {
            // The newest matters most: make room at the old end.
            if (queue.poll() != null) {
                dropped.increment();
            }
        }
    }

    private void run() {
        long reported = 0;
        while (!closed || !queue.isEmpty()) {
            try {
                Told told = closed ? queue.poll() : queue.take();
                if (told != null) {
                    tell(told);
                }
            } catch (InterruptedException e) {
                // Only close() interrupts; what is queued is still told.
                closed = true;
            }
            if (dropped.sum() > reported) {
                reported = dropped.sum();
                log.atWarn()
                        .addKeyValue("dropped", reported)
                        .log("topology listeners do not keep up: {} events dropped so far", reported);
            }
        }
    }

    private void tell(Told told) {
        if (told.logged()) {
            tell(changes, told.event());
        }
        listeners.forEach(listener -> tell(listener, told.event()));
    }

    private static void tell(Consumer<TopologyEvent> listener, TopologyEvent event) {
        try {
            listener.accept(event);
        } catch (Throwable e) {
            // Also an Error: the log itself is a listener, and must not fall silent for a fault of another.
            log.atWarn().setCause(e).log("a topology listener threw on {}", event.change());
        }
    }

    /** Tells what is queued, then ends the thread; waits up to a second for that, unless a listener closes it. */
    @Override
    public void close() {
        closed = true;
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(1).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
