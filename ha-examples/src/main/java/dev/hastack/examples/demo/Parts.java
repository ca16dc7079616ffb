package dev.hastack.examples.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be closed in the end, the last first, also when the JVM is told to end. What is added after the close is
 * closed at once. Safe for use by many threads.
 */
final class Parts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private boolean closed;

    /** Parts that are closed by {@link #close} or by the end of the JVM, whichever comes first. */
    static Parts closedAtExit() {
        Parts parts = new Parts();
        Runtime.getRuntime().addShutdownHook(new Thread(parts::close, "close"));
        return parts;
    }

    <T extends AutoCloseable> T add(T part) {
        lock.lock();
        try {
            parts.push(part);
            if (closed) {
                closeAll();
            }
            return part;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closeAll();
        } finally {
            lock.unlock();
        }
    }

    private void closeAll() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.warn("could not close a part of the platform", e);
            }
        }
    }
}
