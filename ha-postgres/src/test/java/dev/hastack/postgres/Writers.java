package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** Threads that insert one row after the other, and remember which were acknowledged. */
final class Writers implements AutoCloseable {
    private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    private final Callers threads;

    Writers(DataSource source, int number, long firstId) {
        AtomicLong ids = new AtomicLong(firstId);
        threads = new Callers("writer", number, () -> write(source, ids.getAndIncrement()));
    }

    private void write(DataSource source, long id) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO notes (id) VALUES (?)")) {
            insert.setLong(1, id);
            insert.executeUpdate();
            acknowledged.add(id);
        }
    }

    Set<Long> acknowledged() {
        return acknowledged;
    }

    List<SQLException> failures() {
        return threads.failures();
    }

    /** Ends the threads, and returns when they have ended. */
    @Override
    public void close() {
        threads.close();
    }
}
