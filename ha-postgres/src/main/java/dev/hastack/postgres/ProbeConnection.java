package dev.hastack.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The monitor's own connection to one node, which another thread can end at any moment, also while it is being made. {@link
 * #abort} may be called by any thread, all else by one.
 */
final class ProbeConnection {
    private static final Logger log = LoggerFactory.getLogger(ProbeConnection.class);
    private static final String ABORTED = "the monitor has ended it";

    private final String node;
    private final Function<String, Connector> connector;
    private volatile NodeSockets sockets;
    private volatile boolean aborted;
    private @Nullable String socketsKey;
    private @Nullable Connection connection;

    /** @param connector makes a connector for a key of the socket registry */
    ProbeConnection(String node, Function<String, Connector> connector) {
        this.node = node;
        this.sockets = new NodeSockets(node);
        this.connector = connector;
    }

    /** Connects, if there is no connection; returns whether it did. */
    boolean open() throws SQLException {
        if (connection != null) {
            return false;
        }
        NodeSockets fresh = new NodeSockets(node);
        sockets = fresh;
        if (aborted) {
            // abort() may have come before it could see these: one of the two sees the other.
            fresh.abort(ABORTED);
        }
        String key = NodeSocketFactory.register(fresh);
        socketsKey = key;
        try {
            connection = fresh.connect(connector.apply(key), () -> {});
            return true;
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    Connection get() throws SQLException {
        Connection open = connection;
        if (open == null) {
            throw new SQLException("not connected", "08003");
        }
        return open;
    }

    boolean aborted() {
        return aborted;
    }

    /** An earlier {@link #abort} no longer counts. */
    void arm() {
        aborted = false;
    }

    /** Ends it, and whatever is made of it until {@link #arm}; never blocks. */
    void abort() {
        aborted = true;
        sockets.abort(ABORTED);
    }

    /** Never throws. */
    void close() {
        sockets.abort(ABORTED);
        Connection kept = connection;
        if (kept != null) {
            connection = null;
            try {
                kept.close();
            } catch (SQLException e) {
                // Its socket is closed already; the driver only tidies up.
                log.trace("closing a connection of the monitor", e);
            }
        }
        if (socketsKey != null) {
            NodeSocketFactory.unregister(socketsKey);
            socketsKey = null;
        }
    }
}
