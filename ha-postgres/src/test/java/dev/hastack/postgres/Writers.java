package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** Threads that insert one row after the other, and remember which were acknowledged. */
final class Writers implements AutoCloseable {
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong ids;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Writers(DataSource source, int number, long firstId) {
        ids = new AtomicLong(firstId);
        for (int i = 0; i < number; i++) {
            Thread thread = new Thread(() -> write(source), "writer-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void write(DataSource source) {
        while (!stopped) {
            long id = ids.getAndIncrement();
            try (Connection connection = source.getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO notes (id) VALUES (?)")) {
                insert.setLong(1, id);
                insert.executeUpdate();
                acknowledged.add(id);
            } catch (SQLException e) {
                failures.add(e);
            }
        }
    }

    Set<Long> acknowledged() {
        return acknowledged;
    }

    List<SQLException> failures() {
        return List.copyOf(failures);
    }

    /** Ends the threads, and returns when they have ended. */
    @Override
    public void close() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
