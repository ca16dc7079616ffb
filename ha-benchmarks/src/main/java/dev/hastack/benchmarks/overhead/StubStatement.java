package dev.hastack.benchmarks.overhead;

import java.sql.ResultSet;
import java.sql.Statement;

/** A statement that answers every query, that is a probe's, with one row. */
abstract class StubStatement implements Statement {
    private final ResultSet row;

    StubStatement(ResultSet row) {
        this.row = row;
    }

    @Override
    public ResultSet executeQuery(String sql) {
        return row;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
