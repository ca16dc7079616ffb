package dev.hastack.postgres;

import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** As the driver throws it on a connection that it has closed; its pool has been told, and lends the connection no more. */
final class ConnectionClosedException extends PSQLException {
    ConnectionClosedException() {
        super(GT.tr("This connection has been closed."), PSQLState.CONNECTION_DOES_NOT_EXIST);
    }
}
