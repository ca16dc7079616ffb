package dev.hastack.benchmarks.failover;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Each write is an insert that commits by itself, on a connection borrowed for it. */
record Inserts(DataSource source, Runnable closing) implements Client.Connected {

    @Override
    public void write(long id) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO written (id) VALUES (?)")) {
            insert.setLong(1, id);
            insert.executeUpdate();
        }
    }

    @Override
    public void close() {
        closing.run();
    }
}
