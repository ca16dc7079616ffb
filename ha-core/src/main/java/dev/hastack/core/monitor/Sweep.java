package dev.hastack.core.monitor;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few milliseconds at the calls of a store that are under way, on a daemon thread of its own, which sleeps while there are none.
 * Its {@link GracePeriod} tells when this process was stopped, so that answers that lie unread are read before anything is ended. Thread-safe.
 */
public final class Sweep implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Sweep.class);
    /** How long it sleeps at a time when there is nothing, in ns. */
    private static final long IDLE = 1_000_000_000L;
    /** How many looks without work before it sleeps: to wake it costs more than some idle looks. */
    private static final int IDLE_LOOKS = 20;

    /** What is looked at; called by the sweep's thread alone. */
    public interface Work {
        /**
         * Moves on what has waited long enough.
         *
         * @param now as {@link System#nanoTime()}
         * @return whether anything is under way
         */
        boolean look(long now);

        /** Returns whether anything is under way, at little cost: asked before the thread goes to sleep. */
        boolean pending();

        /** Returns how long to rest until the next look, in ns. */
        long rest();
    }

    private final Work work;
    private final String owner;
    private final Thread thread;
    private final GracePeriod grace = new GracePeriod();
    private volatile boolean asleep;
    private volatile boolean ended;

    /**
     * Nothing runs before {@link #start}.
     *
     * @param name of the thread
     * @param owner for the log: {@code the router of redis}
     */
    public Sweep(String name, String owner, Work work) {
        this.work = work;
        this.owner = owner;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    /** Begins to look; returns at once. */
    public void start() {
        thread.start();
    }

    /** Returns how deadlines are put off after a pause of this process. */
    public GracePeriod grace() {
        return grace;
    }

    /** Has it look soon, if it sleeps: something is under way. Costs one volatile read if it does not. */
    public void busy() {
        if (asleep) {
            wake();
        }
    }

    /** Has it look at once. */
    public void wake() {
        if (asleep) {
            // A pause from now on is noticed as one.
            grace.expect(System.nanoTime());
        }
        asleep = false;
        LockSupport.unpark(thread);
    }

    /** Has it look no more; does not wait for the look that is under way. */
    public void end() {
        ended = true;
        wake();
    }

    @Override
    public void run() {
        int idle = 0;
        while (!ended) {
            long now = System.nanoTime();
            grace.looks(now);
            boolean sleeps = false;
            try {
                idle = work.look(now) ? 0 : idle + 1;
                sleeps = idle > IDLE_LOOKS;
                asleep = sleeps;
                if (sleeps && work.pending()) {
                    // It came after the look, and saw no need to wake anybody.
                    sleeps = false;
                    asleep = false;
                }
            } catch (Throwable e) {
                log.atError().setCause(e).log("{} failed and goes on", owner);
            }
            long rest = sleeps ? IDLE : work.rest();
            grace.expect(now + rest);
            LockSupport.parkNanos(this, rest);
        }
    }
}
