package dev.hastack.postgres;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jdk.net.ExtendedSocketOptions;
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

    private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 3,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 1,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 9);
    private static final Map<SocketOption<Integer>, Integer> ASK_NOW = Map.of(ExtendedSocketOptions.TCP_KEEPIDLE, 1);

    private final String node;
    /** Null where any number of bytes may come. */
    private final @Nullable AnswerLimit limit;

    private final Set<NodeSocket> sockets = ConcurrentHashMap.newKeySet();
    private final AnswerTimes answers = new AnswerTimes();
    private volatile @Nullable String aborted;

    NodeSockets(String node) {
        this(node, null);
    }

    NodeSockets(String node, @Nullable AnswerLimit limit) {
        this.node = node;
        this.limit = limit;
    }

    String node() {
        return node;
    }

    /** How quickly what was asked on them was answered. */
    AnswerTimes answers() {
        return answers;
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
        NodeSocket socket = new NodeSocket(this, limit);
        keepAlive(socket);
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
     * Makes the kernel ask whether the other side is still there, where the platform has that, after 3 s without a byte, every second, and
     * give up after nine in vain. It does not while it waits for an acknowledgement, as after a question that was lost: that would be
     * TCP_USER_TIMEOUT, which the JDK does not have; {@link SilentConnections} is for these.
     */
    private static void keepAlive(Socket socket) {
        set(socket, KEEP_ALIVE);
    }

    /**
     * Makes the kernel ask it now, if a second has gone by without a byte, and each second from now on: Linux counts anew from when this
     * is set.
     */
    static void askNow(Socket socket) {
        set(socket, ASK_NOW);
    }

    private static void set(Socket socket, Map<SocketOption<Integer>, Integer> options) {
        try {
            Set<SocketOption<?>> supported = socket.supportedOptions();
            for (Map.Entry<SocketOption<Integer>, Integer> option : options.entrySet()) {
                if (supported.contains(option.getKey())) {
                    socket.setOption(option.getKey(), option.getValue());
                }
            }
        } catch (IOException | UnsupportedOperationException e) {
            log.debug("the kernel does not take these options of keep-alive", e);
        }
    }

    /** Those on which an answer has been waited for, for longer than this. */
    List<NodeSocket> waitingFor(Duration longer) {
        long now = System.nanoTime();
        return sockets.stream()
                .filter(socket -> {
                    long asked = socket.askedAt();
                    return asked != 0 && now - asked > longer.toNanos() && socket.pid() != 0;
                })
                .toList();
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
