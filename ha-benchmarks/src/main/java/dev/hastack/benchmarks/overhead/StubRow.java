package dev.hastack.benchmarks.overhead;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import org.jspecify.annotations.Nullable;

/** What a probe reads, by the names of its columns, and {@link Work} by the number of the only one. */
abstract class StubRow implements ResultSet {
    private final boolean replica;
    private final ResultSetMetaData columns;

    StubRow(boolean replica, ResultSetMetaData columns) {
        this.replica = replica;
        this.columns = columns;
    }

    @Override
    public ResultSetMetaData getMetaData() {
        return columns;
    }

    @Override
    public boolean next() {
        return true;
    }

    @Override
    public boolean getBoolean(int column) {
        return replica;
    }

    @Override
    public boolean getBoolean(String column) {
        return replica && column.equals("recovering");
    }

    /** Only the system identifier is there: nothing is read-only, and no stream has a name. */
    @Override
    public @Nullable String getString(String column) {
        return column.equals("identity") ? "7400000000000000001" : null;
    }

    /** Timeline and position alike: all nodes are on the same, so the replica lags by nothing. */
    @Override
    public long getLong(String column) {
        return column.endsWith("_timeline") ? 1 : 100_000_000;
    }

    @Override
    public int getInt(String column) {
        return replica ? 0 : 1;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
