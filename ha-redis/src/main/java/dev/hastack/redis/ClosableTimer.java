package dev.hastack.redis;

import dev.hastack.core.monitor.GracePeriod;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lettuce's timer, whose tasks do nothing any more once the stack is being closed. Lettuce keeps the deadline of a handshake,
 * also of one whose connection was refused at once, until it is due; then it looks for threads that have ended meanwhile.
 * After a pause of this process a task comes later, since most are deadlines: what lies unread in the sockets is read before. Thread-safe.
 */
final class ClosableTimer implements Timer {
    private final HashedWheelTimer wheel = new HashedWheelTimer(new DefaultThreadFactory("lettuce-timer", true));
    /** As long as the wheel takes to turn by one. */
    private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

    private final GracePeriod grace = new GracePeriod();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean silent;

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            look();
        }
        long now = System.nanoTime();
        return later(task, now, now + unit.toNanos(delay), unit.toNanos(delay));
    }

    private Timeout later(TimerTask task, long since, long due, long delay) {
        try {
            return wheel.newTimeout(timeout -> runOrPutOff(task, timeout, since, due), delay, TimeUnit.NANOSECONDS);
        } catch (IllegalStateException e) {
            // Stopped: a caller who sends on a connection that was closed with its stack is to hear of that alone.
            return new Never(this, task);
        }
    }

    /** What is never due, since the timer has been stopped. */
    private record Never(Timer timer, TimerTask task) implements Timeout {
        @Override
        public boolean isExpired() {
            return false;
        }

        @Override
        public boolean isCancelled() {
            return true;
        }

        @Override
        public boolean cancel() {
            return false;
        }
    }

    private void runOrPutOff(TimerTask task, Timeout timeout, long since, long due) throws Exception {
        if (silent) {
            return;
        }
        if (grace.passed(since, due, System.nanoTime())) {
            task.run(timeout);
        } else {
            Timeout unused = later(task, since, due, TICK);
        }
    }

    /** At regular times, so that a pause of this process is noticed. */
    private void look() {
        long now = System.nanoTime();
        grace.looks(now);
        if (!silent) {
            // One turn more may go by until it runs.
            grace.expect(now + 2 * TICK);
            Timeout unused = wheel.newTimeout(timeout -> look(), TICK, TimeUnit.NANOSECONDS);
        }
    }

    /** Runs nothing more; takes tasks nevertheless, so that whoever is about to set one meets no exception. */
    void silence() {
        silent = true;
    }

    /** Ends its thread; never called by Lettuce, to which it is lent. */
    @Override
    public Set<Timeout> stop() {
        silence();
        return wheel.stop();
    }
}
