package dev.hastack.postgres;

import java.sql.SQLTransientConnectionException;

/** A read found no node that may serve it in time. Nothing was sent; it may be tried again. The message has the topology. */
public final class PostgresNoReplicaException extends SQLTransientConnectionException {
    PostgresNoReplicaException(String message) {
        super(message, "08001");
    }
}
