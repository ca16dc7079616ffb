package dev.hastack.postgres;

import java.sql.SQLTransientConnectionException;

/** A write found no primary in time. Nothing was sent; it may be tried again. The message has the topology. */
public final class PostgresNoPrimaryException extends SQLTransientConnectionException {
    PostgresNoPrimaryException(String message) {
        super(message, "08001");
    }
}
