package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SweepTest {
    private final Semaphore looks = new Semaphore(0);
    private volatile boolean underWay;
    private volatile boolean fails;
    private volatile boolean stops;
    private volatile long stoppedUntil;

    private final Sweep sweep = new Sweep("sweep-of-a-test", "the sweep of a test", new Sweep.Work() {
        @Override
        public boolean look(long now) {
            looks.release();
            if (fails) {
                fails = false;
                throw new IllegalStateException("on purpose: it goes on");
            }
            if (stops) {
                stops = false;
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
                while (System.nanoTime() - until < 0) {
                    Thread.onSpinWait();
                }
                stoppedUntil = until;
            }
            return underWay;
        }

        @Override
        public boolean pending() {
            return underWay;
        }

        @Override
        public long rest() {
            return TimeUnit.MILLISECONDS.toNanos(5);
        }
    });

    @AfterEach
    void end() {
        sweep.end();
    }

    private void looks(int times) throws InterruptedException {
        looks.drainPermits();
        assertThat(looks.tryAcquire(times, 60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void looks_again_and_again_while_anything_is_under_way_also_after_a_failure() throws Exception {
        underWay = true;
        sweep.start();
        looks(50);
        fails = true;
        looks(50);
    }

    @Test
    void sleeps_while_there_is_nothing_and_is_woken_by_the_next() throws Exception {
        sweep.start();
        // More than it takes to fall asleep; while it sleeps, it looks once a second.
        looks(25);
        underWay = true;
        sweep.busy();
        looks(50);
    }

    @Test
    void a_look_that_comes_late_gives_grace() throws Exception {
        underWay = true;
        sweep.start();
        looks(3);
        long begun = System.nanoTime();
        stops = true;
        while (stoppedUntil == 0) {
            looks(1);
        }
        long woke = stoppedUntil;
        while (System.nanoTime() - woke < Duration.ofMillis(50).toNanos()) {
            assertThat(sweep.grace().excuses(begun + 1, System.nanoTime())).isTrue();
        }
    }
}
