package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@link LazyConnection} was told and few callers ever tell: kept for the next real connection. */
final class Session {
    static final String APPLICATION_NAME = "ApplicationName";

    /** @param name null for the user's and the database's own */
    record Schema(@Nullable String name) {}

    @Nullable
    Integer isolation;

    @Nullable
    Integer holdability;

    @Nullable
    Schema schema;

    @Nullable
    Map<String, Class<?>> typeMap;

    @Nullable
    Integer networkTimeout;

    /** In the order in which they were told; of one name the last. */
    private @Nullable Map<String, @Nullable String> clientInfo;

    /** To be run when the real connection has been given back, once is enough. Here, since few connections need it. */
    @Nullable
    Runnable returned;

    void givenBack() {
        if (returned != null) {
            returned.run();
        }
    }

    /** What {@link Connection#setClientInfo(String, String)} was told. */
    void tell(String name, @Nullable String value) {
        if (clientInfo == null) {
            clientInfo = new LinkedHashMap<>();
        }
        clientInfo.put(name, value);
    }

    /** Whether the driver will warn of what was told: it knows no client info but the application's name. */
    boolean warns() {
        return clientInfo != null && !Set.of(APPLICATION_NAME).containsAll(clientInfo.keySet());
    }

    void forgetWarnings() {
        if (clientInfo != null) {
            clientInfo.keySet().removeIf(name -> !APPLICATION_NAME.equals(name));
        }
    }

    void applyTo(Connection connection) throws SQLException {
        if (isolation != null) {
            connection.setTransactionIsolation(isolation);
        }
        if (holdability != null) {
            connection.setHoldability(holdability);
        }
        if (schema != null) {
            connection.setSchema(schema.name());
        }
        if (typeMap != null) {
            connection.setTypeMap(typeMap);
        }
        if (networkTimeout != null) {
            // The driver has no use for the executor: it sets the socket's timeout at once.
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        }
        if (clientInfo != null) {
            for (Map.Entry<String, @Nullable String> info : clientInfo.entrySet()) {
                connection.setClientInfo(info.getKey(), info.getValue());
            }
        }
    }
}
