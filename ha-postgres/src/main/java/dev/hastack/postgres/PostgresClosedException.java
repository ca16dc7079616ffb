package dev.hastack.postgres;

import java.sql.SQLNonTransientConnectionException;

/** The stack was closed before or during the call; trying again is in vain. */
public final class PostgresClosedException extends SQLNonTransientConnectionException {
    PostgresClosedException() {
        super("this ha-stack is closed: open a new one with HaStack.open", "08003");
    }
}
