package dev.hastack.postgres;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one node and generation, also those that are still connecting. Aborting closes them beneath the driver
 * and beneath TLS, which frees every thread that waits on one at once, whatever lock the layers above hold. Thread-safe.
 */
final class NodeSockets {
    private static final Logger log = LoggerFactory.getLogger(NodeSockets.class);

    /** The driver passes nothing from a socket to its connection; both are made on one thread, one after the other. */
    private static final ThreadLocal<@Nullable NodeSocket[]> LATEST = new ThreadLocal<>();

    private final String node;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile @Nullable String aborted;

    NodeSockets(String node) {
        this.node = node;
    }

    String node() {
        return node;
    }

    /** Connects, and lets the socket know what it carries. */
    Connection connect(Connector connector, Runnable returned) throws SQLException {
        // A place only while connecting: the driver makes sockets for cancels as well, on threads that live on.
        @Nullable NodeSocket[] latest = new NodeSocket[1];
        LATEST.set(latest);
        try {
            Connection connection = connector.connect(returned);
            NodeSocket socket = latest[0];
            if (socket != null) {
                socket.carries(connection);
            }
            return connection;
        } finally {
            LATEST.remove();
        }
    }

    /** An unconnected socket. */
    Socket create() throws SocketException {
        // Closed ones are forgotten here rather than at their close, which would need more of a subclass.
        sockets.removeIf(Socket::isClosed);
        NodeSocket socket = new NodeSocket(this);
        sockets.add(socket);
        if (aborted != null) {
            // Raced with abort(), which may have missed it.
            closeQuietly(socket);
            throw new SocketException("the connections of this node were retired");
        }
        @Nullable NodeSocket[] latest = LATEST.get();
        if (latest != null) {
            latest[0] = socket;
        }
        return socket;
    }

    /**
     * Closes all of them, and whatever is created from now on. Does not block.
     *
     * @param reason for whoever waits on one; the first counts
     */
    void abort(String reason) {
        if (aborted == null) {
            aborted = reason;
        }
        sockets.forEach(NodeSockets::closeQuietly);
    }

    /** Why a connection ended, in continuation of "connection to main ...". */
    String why(@Nullable IOException cause) {
        String reason = aborted;
        if (reason != null) {
            return "was aborted by ha-stack: " + reason;
        }
        return cause == null ? "was closed by the server" : "broke (" + cause.getMessage() + ")";
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same: SO_LINGER is not set, so there is nothing left to fail.
            log.trace("closing a socket", e);
        }
    }
}
