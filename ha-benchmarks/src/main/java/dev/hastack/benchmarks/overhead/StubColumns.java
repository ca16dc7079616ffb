package dev.hastack.benchmarks.overhead;

import java.sql.ResultSetMetaData;

/** The columns of what {@link Work} reads. */
abstract class StubColumns implements ResultSetMetaData {

    @Override
    public int getColumnCount() {
        return 1;
    }

    @Override
    public String getColumnLabel(int column) {
        return "pg_is_in_recovery";
    }

    @Override
    public String getColumnName(int column) {
        return "pg_is_in_recovery";
    }
}
