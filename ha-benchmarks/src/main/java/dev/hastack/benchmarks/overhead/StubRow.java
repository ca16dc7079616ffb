package dev.hastack.benchmarks.overhead;

import java.sql.ResultSet;

/** What a probe reads: in recovery, system identifier, timeline, position, followers. */
abstract class StubRow implements ResultSet {
    private final boolean replica;

    StubRow(boolean replica) {
        this.replica = replica;
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
