package dev.hastack.benchmarks.overhead;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;

/** What a probe reads: in recovery, system identifier, timeline, position, followers. */
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
    public String getString(int column) {
        return "7400000000000000001";
    }

    /** Timeline and position alike: all nodes are on the same, so the replica lags by nothing. */
    @Override
    public long getLong(int column) {
        return column == 3 ? 1 : 100_000_000;
    }

    @Override
    public int getInt(int column) {
        return replica ? 0 : 1;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
