package dev.hastack.redis;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Lettuce's timer, whose tasks do nothing any more once the stack is being closed. Lettuce keeps the deadline of a handshake,
 * also of one whose connection was refused at once, until it is due; then it looks for threads that have ended meanwhile.
 * Thread-safe.
 */
final class ClosableTimer implements Timer {
    private final HashedWheelTimer wheel = new HashedWheelTimer(new DefaultThreadFactory("lettuce-timer", true));
    private volatile boolean silent;

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        return wheel.newTimeout(
                timeout -> {
                    if (!silent) {
                        task.run(timeout);
                    }
                },
                delay,
                unit);
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
