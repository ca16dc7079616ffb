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
    private final AnswerLimit limit = new AnswerLimit();
    private volatile NodeSockets sockets;
    private volatile boolean aborted;
    private @Nullable String socketsKey;
    private @Nullable Connection connection;
    private volatile @Nullable Connector last;

    /** @param connector makes a connector for a key of the socket registry */
    ProbeConnection(String node, Function<String, Connector> connector) {
        this.node = node;
        this.sockets = new NodeSockets(node, limit);
        this.connector = connector;
    }

    /** Connects, if there is no connection; returns whether it did. */
    boolean open() throws SQLException {
        if (connection != null) {
            return false;
        }
        NodeSockets fresh = new NodeSockets(node, limit);
        sockets = fresh;
        if (aborted) {
            // abort() may have come before it could see these: one of the two sees the other.
            fresh.abort(ABORTED);
        }
        limit.asking();
        String key = NodeSocketFactory.register(fresh);
        socketsKey = key;
        try {
            Connector made = connector.apply(key);
            last = made;
            connection = fresh.connect(made, () -> {});
            return true;
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    /** For one answer of the server: with each call as much may come of it again. */
    Connection get() throws SQLException {
        Connection open = connection;
        if (open == null) {
            throw new SQLException("not connected", "08003");
        }
        limit.asking();
        return open;
    }

    /** Whether a server that refused the password would be shown another one now. */
    boolean renewed() {
        Connector made = last;
        return made != null && made.renewed();
    }

    /** Whether the server has sent more than an answer can have, since it was last asked. */
    boolean flooded() {
        return limit.exceeded();
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
