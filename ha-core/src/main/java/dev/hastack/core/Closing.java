package dev.hastack.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes stores, all at once and each on a daemon thread of its own, and waits for them for so long and no longer: code of the
 * program's that blocks a driver's thread may hold up the end of a store for good, but not that of the program. What has not
 * ended by then goes on by itself.
 *
 * <p>For the reasons, see docs/decisions.md, CORE-30.
 */
final class Closing {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    /** One store's end: what it returned, or false until then. */
    private static final class Task implements Runnable {
        private final Store store;
        private final Duration drain;
        private final Thread thread;
        private volatile boolean drained;

        Task(Store store, Duration drain) {
            this.store = store;
            this.drain = drain;
            this.thread = new Thread(this, "ha-" + store.name() + "-close");
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            try {
                drained = store.close(drain);
            } catch (Throwable e) {
                log.atError()
                        .setCause(e)
                        .addKeyValue("store", store.name())
                        .log("{} was not closed well", store.name());
            }
        }
    }

    /** How long a line of the log is waited for, lest the JVM exits before it is written. */
    private static final Duration TELLING = Duration.ofMillis(250);

    private Closing() {}

    /**
     * Closes these stores.
     *
     * @param drain how long what is in use may take to finish
     * @param rest how long the ends of threads and connections may take after that
     * @return whether all was finished in time
     */
    static boolean all(List<Store> stores, Duration drain, Duration rest) {
        Duration allowed = drain.isNegative() ? Duration.ZERO : drain;
        List<Task> tasks = new ArrayList<>();
        stores.forEach(store -> tasks.add(new Task(store, allowed)));
        tasks.forEach(task -> task.thread.start());
        long until = System.nanoTime() + nanos(allowed) + nanos(rest);
        boolean interrupted = false;
        boolean drained = true;
        for (Task task : tasks) {
            interrupted |= join(task.thread, until);
            if (task.thread.isAlive()) {
                interrupted |= tell(task);
            }
            drained &= task.drained;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return drained;
    }

    /** Half of what would overflow. */
    private static long nanos(Duration time) {
        long most = Long.MAX_VALUE / 4;
        return time.compareTo(Duration.ofNanos(most)) > 0 ? most : time.toNanos();
    }

    /** Whether this thread was interrupted, which does not end its wait: that is bounded. */
    private static boolean join(Thread thread, long until) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                break;
            }
            try {
                thread.join(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    /** On a thread of its own, since the program's logging may be what blocks; whether this one was interrupted. */
    private static boolean tell(Task task) {
        StackTraceElement[] stack = task.thread.getStackTrace();
        Thread telling = new Thread(() -> warn(task, stack), task.thread.getName() + "-warning");
        telling.setDaemon(true);
        telling.start();
        return join(telling, System.nanoTime() + TELLING.toNanos());
    }

    private static void warn(Task task, StackTraceElement[] stack) {
        log.atWarn()
                .addKeyValue("store", task.store.name())
                .log(
                        "{} is not closed in time, and goes on closing by itself: a callback of the program's may hold up"
                                + " a thread of its driver; it waits at {}",
                        task.store.name(),
                        stack.length == 0 ? "no place" : stack[0]);
    }
}
