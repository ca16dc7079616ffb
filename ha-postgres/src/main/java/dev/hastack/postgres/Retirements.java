package dev.hastack.postgres;

import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Pools on their way out, each on a thread of its own, since closing one may wait. Thread-safe. */
final class Retirements {
    private final Phaser underWay = new Phaser(1);
    private final AtomicInteger aborted = new AtomicInteger();

    void drain(NodePool pool, Supplier<Deadline> until) {
        Thread thread = new Thread(
                () -> {
                    try {
                        if (!pool.drain(until)) {
                            aborted.incrementAndGet();
                        }
                    } finally {
                        underWay.arriveAndDeregister();
                    }
                },
                "ha-postgres-" + pool.node() + "-retire");
        thread.setDaemon(true);
        int unused = underWay.register();
        try {
            thread.start();
        } catch (Throwable e) {
            underWay.arriveAndDeregister();
            throw e;
        }
    }

    void forget() {
        aborted.set(0);
    }

    boolean await(Duration atMost) {
        try {
            int unused =
                    underWay.awaitAdvanceInterruptibly(underWay.arrive(), atMost.toMillis(), TimeUnit.MILLISECONDS);
            return aborted.get() == 0;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
