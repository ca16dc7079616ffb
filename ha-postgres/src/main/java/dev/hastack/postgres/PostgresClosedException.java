package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.SQLNonTransientConnectionException;

/** The stack was closed before or while the call waited for a connection. Nothing was sent. */
public final class PostgresClosedException extends SQLNonTransientConnectionException implements StackFailure {
    PostgresClosedException() {
        super("this ha-stack is closed: open a new one with HaStack.open", "08003");
    }

    @Override
    public String store() {
        return PostgresFailures.STORE;
    }

    @Override
    public Outcome outcome() {
        return Outcome.NOT_SENT;
    }

    @Override
    public Reason reason() {
        return Reason.CLOSED;
    }
}
