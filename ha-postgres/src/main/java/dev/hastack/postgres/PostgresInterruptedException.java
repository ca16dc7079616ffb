package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.SQLTransientConnectionException;

/** The caller's thread was interrupted while it waited for a node. Nothing was sent, and the thread's interrupt flag is set. */
public final class PostgresInterruptedException extends SQLTransientConnectionException implements StackFailure {
    PostgresInterruptedException(String message, InterruptedException cause) {
        super(message, "08001", cause);
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
        return Reason.INTERRUPTED;
    }
}
