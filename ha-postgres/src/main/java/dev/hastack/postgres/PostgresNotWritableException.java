package dev.hastack.postgres;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.sql.SQLNonTransientConnectionException;

/** This stack may not write: {@code ha.postgres.writable} is false. Nothing was sent; the same call is refused again. */
public final class PostgresNotWritableException extends SQLNonTransientConnectionException implements StackFailure {
    PostgresNotWritableException() {
        super(
                "this stack may not write: ha.postgres.writable is false; read through replica(), or from dataSource()"
                        + " after setReadOnly(true)",
                "25006");
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
        return Reason.NOT_WRITABLE;
    }
}
