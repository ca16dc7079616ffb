package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How often the connections of a pool came back. Each counts for itself, so that a return writes to nothing that two threads
 * share. Thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-25.
 */
final class Returns {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Counted> open = new ArrayList<>();
    private long closed;

    private record Counted(Connection connection, AtomicLong returns) {}

    /** Counts a return; called by the one thread that has the connection. */
    static void count(AtomicLong returns) {
        returns.lazySet(returns.getPlain() + 1);
    }

    /** Counts this connection's from now on, too. */
    void opened(Connection connection, AtomicLong returns) {
        lock.lock();
        try {
            forgetClosed();
            open.add(new Counted(connection, returns));
        } finally {
            lock.unlock();
        }
    }

    private void forgetClosed() {
        for (Iterator<Counted> each = open.iterator(); each.hasNext(); ) {
            Counted one = each.next();
            if (isClosed(one.connection())) {
                closed += one.returns().get();
                each.remove();
            }
        }
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            // The driver looks at a field of its own.
            return false;
        }
    }

    /** Of all connections that there were. */
    long total() {
        lock.lock();
        try {
            long sum = closed;
            for (Counted one : open) {
                sum += one.returns().get();
            }
            return sum;
        } finally {
            lock.unlock();
        }
    }
}
