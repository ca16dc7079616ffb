package dev.hastack.benchmarks.overhead;

import java.sql.Connection;
import javax.sql.DataSource;

/** Gives connections to a primary. */
abstract class StubDataSource implements DataSource {

    @Override
    public Connection getConnection() {
        return Stubs.connection(false);
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // Nothing waits.
    }

    @Override
    public int getLoginTimeout() {
        return 1;
    }
}
