package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** Makes physical connections to one node. Thread-safe. */
interface Connector {

    /**
     * A new connection.
     *
     * @param returned run whenever a borrower has given the connection back to its pool, on the borrower's thread
     */
    Connection connect(Runnable returned) throws SQLException;

    /** Whether it would show the server another password than last time, so that it is worth asking one that has refused. */
    default boolean renewed() {
        return false;
    }
}
