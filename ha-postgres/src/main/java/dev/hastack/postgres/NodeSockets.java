package dev.hastack.postgres;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one node and generation, also those that are still connecting. Aborting closes them beneath the driver
 * and beneath TLS, which frees every thread that waits on one at once, whatever lock the layers above hold. Thread-safe.
 */
final class NodeSockets {
    private static final Logger log = LoggerFactory.getLogger(NodeSockets.class);

    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean aborted;

    /** An unconnected socket. */
    Socket create() throws SocketException {
        // Closed ones are forgotten here rather than at their close, which would need a subclass.
        sockets.removeIf(Socket::isClosed);
        Socket socket = new Socket();
        sockets.add(socket);
        if (aborted) {
            // Raced with abort(), which may have missed it.
            closeQuietly(socket);
            throw new SocketException("the connections of this node were retired");
        }
        return socket;
    }

    /** Closes all of them, and whatever is created from now on. Does not block. */
    void abort() {
        aborted = true;
        sockets.forEach(NodeSockets::closeQuietly);
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
