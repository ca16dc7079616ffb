package dev.hastack.postgres;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread on which HikariCP keeps house, as HikariCP would make it itself. HikariCP schedules for each new connection, on the
 * thread that has opened it, the task that takes it out of the pool at the end of its lifetime: at once if it is idle, else when it
 * comes back. The connection is given that task, so that it can leave the pool as quietly when it is lost: HikariCP itself
 * warns of each such connection, with a stack trace.
 *
 * <p>For the reasons, see docs/decisions.md, PG-13.
 */
final class Lifetimes extends ScheduledThreadPoolExecutor {
    private static final ThreadLocal<@Nullable NodeConnection> OPENED = new ThreadLocal<>();

    Lifetimes(ThreadFactory threads) {
        super(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        setRemoveOnCancelPolicy(true);
    }

    /** What this thread schedules next is the end of this connection's lifetime. */
    void opened(NodeConnection connection) {
        OPENED.set(connection);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        NodeConnection connection = OPENED.get();
        if (connection != null) {
            OPENED.remove();
            connection.endsBy(task);
        }
        return super.schedule(task, delay, unit);
    }
}
