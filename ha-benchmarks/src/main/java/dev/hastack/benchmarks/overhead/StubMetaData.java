package dev.hastack.benchmarks.overhead;

import java.sql.DatabaseMetaData;

/** What ShardingSphere wants to know of a database before it routes to it. */
abstract class StubMetaData implements DatabaseMetaData {
    private final boolean replica;

    StubMetaData(boolean replica) {
        this.replica = replica;
    }

    @Override
    public String getURL() {
        return StubDriver.url(replica ? "replica" : "main");
    }

    @Override
    public String getUserName() {
        return "cms";
    }

    @Override
    public String getDatabaseProductName() {
        return "PostgreSQL";
    }
}
