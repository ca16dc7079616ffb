package dev.hastack.benchmarks.overhead;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement that answers every query, a probe's among them, with one row. */
abstract class StubStatement implements Statement {
    private final ResultSet row;
    private @Nullable Connection connection;

    StubStatement(ResultSet row) {
        this.row = row;
    }

    void of(Connection connection) {
        this.connection = connection;
    }

    @Override
    public @Nullable Connection getConnection() {
        return connection;
    }

    @Override
    public boolean execute(String sql) {
        return true;
    }

    @Override
    public ResultSet executeQuery(String sql) {
        return row;
    }

    @Override
    public ResultSet getResultSet() {
        return row;
    }

    @Override
    public boolean isClosed() {
        return false;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
