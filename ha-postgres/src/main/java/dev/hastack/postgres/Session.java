package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What a {@link LazyConnection} was told and few callers ever tell: kept for the next real connection. */
final class Session {
    @Nullable
    Integer isolation;

    @Nullable
    Integer holdability;

    @Nullable
    String schema;

    @Nullable
    Map<String, Class<?>> typeMap;

    @Nullable
    Integer networkTimeout;

    private @Nullable Properties clientInfo;

    /** To be run when the real connection has been given back, once is enough. Here, since few connections need it. */
    @Nullable
    Runnable returned;

    void givenBack() {
        if (returned != null) {
            returned.run();
        }
    }

    Properties clientInfo() {
        Properties p = clientInfo;
        if (p == null) {
            p = new Properties();
            clientInfo = p;
        }
        return p;
    }

    void applyTo(Connection connection) throws SQLException {
        if (isolation != null) {
            connection.setTransactionIsolation(isolation);
        }
        if (holdability != null) {
            connection.setHoldability(holdability);
        }
        if (schema != null) {
            connection.setSchema(schema);
        }
        if (typeMap != null) {
            connection.setTypeMap(typeMap);
        }
        if (networkTimeout != null) {
            // The driver has no use for the executor: it sets the socket's timeout at once.
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        }
        if (clientInfo != null) {
            connection.setClientInfo(clientInfo);
        }
    }
}
