package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** Makes physical connections to one node. Thread-safe. */
interface Connector {
    Connection connect() throws SQLException;
}
