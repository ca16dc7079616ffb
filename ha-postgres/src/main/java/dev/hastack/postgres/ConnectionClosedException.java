package dev.hastack.postgres;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** As the driver throws it on a connection that it has closed; its pool knows of it, and lends the connection no more. */
final class ConnectionClosedException extends PSQLException {

    /** @param lost how the connection ended, if that decides what became of what the call was to end */
    ConnectionClosedException(@Nullable PostgresConnectionLostException lost) {
        super(GT.tr("This connection has been closed."), PSQLState.CONNECTION_DOES_NOT_EXIST, lost);
    }
}
