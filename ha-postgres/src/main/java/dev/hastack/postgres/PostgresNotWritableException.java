package dev.hastack.postgres;

import java.sql.SQLNonTransientConnectionException;

/** This stack may not write: {@code ha.postgres.writable} is false. Nothing was sent; trying again is in vain. */
public final class PostgresNotWritableException extends SQLNonTransientConnectionException {
    PostgresNotWritableException() {
        super(
                "this stack may not write: ha.postgres.writable is false; read through replica(), or from dataSource()"
                        + " after setReadOnly(true)",
                "25006");
    }
}
