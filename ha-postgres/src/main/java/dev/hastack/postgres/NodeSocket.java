package dev.hastack.postgres;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket of a physical connection, beneath the driver and beneath TLS. What ends it is told as a {@link
 * PostgresConnectionLostException}, since nobody above knows the node, or why ha-stack closed it. While the connection is being
 * made it is a plain socket.
 */
final class NodeSocket extends Socket {
    private static final Logger log = LoggerFactory.getLogger(NodeSocket.class);

    /** At once; a message that is skipped is rarely longer. */
    private static final int SKIPPED = 8 << 10;

    private final NodeSockets owner;
    private final @Nullable AnswerLimit limit;
    private volatile @Nullable Connection session;
    /** Since when an answer is waited for, by {@link System#nanoTime}; 0 while none is. */
    private volatile long askedAt;

    private volatile @Nullable String aborted;

    NodeSocket(NodeSockets owner, @Nullable AnswerLimit limit) {
        this.owner = owner;
        this.limit = limit;
    }

    /** It is the socket of this connection from now on. */
    void carries(Connection connection) {
        session = connection;
    }

    /** Asked before each wait for the server: whoever closes the connection meanwhile makes it forget the answer. */
    private boolean autoCommit() {
        Connection connection = session;
        try {
            return connection == null || connection.getAutoCommit();
        } catch (SQLException e) {
            return true;
        }
    }

    private void asked() {
        if (askedAt == 0) {
            long now = System.nanoTime();
            askedAt = now == 0 ? 1 : now;
        }
    }

    /** Whether whoever reads waits for the rest of an answer, and not for what nobody was asked for. */
    private boolean goesOn() {
        return askedAt == 0 && !(session instanceof NodeConnection pooled && pooled.listens());
    }

    /** Which wait for an answer, or for the rest of one, this is; 0 for none. */
    long askedAt() {
        return session == null || isClosed() ? 0 : askedAt;
    }

    /** Whether what was asked then has had no answer yet, nor lies one here unread. */
    boolean waitsSince(long asked) {
        try {
            return asked != 0 && askedAt() == asked && super.getInputStream().available() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** As the kernel knows it, while it is connected. */
    KernelFlows.Flow flow() {
        return new KernelFlows.Flow(
                new InetSocketAddress(getLocalAddress(), Math.max(0, getLocalPort())),
                new InetSocketAddress(getInetAddress(), getPort()));
    }

    /** The server's process of this connection. */
    int pid() {
        return session instanceof PGConnection connection ? connection.getBackendPID() : 0;
    }

    /** Frees whoever waits on it, and tells why. */
    void abort(String reason) {
        aborted = reason;
        try {
            close();
        } catch (IOException e) {
            log.trace("closing a socket", e);
        }
    }

    private @Nullable IOException lost(boolean autoCommit, @Nullable IOException cause) {
        if (session == null || cause instanceof SocketTimeoutException) {
            // The driver waits for notifications by short timeouts: those end nothing.
            return cause;
        }
        String own = aborted;
        PostgresConnectionLostException lost = PostgresConnectionLostException.on(
                owner.node(), autoCommit, own == null ? owner.why(cause) : "was aborted by ha-stack: " + own, cause);
        if (session instanceof NodeConnection pooled) {
            pooled.lost(lost);
        }
        return lost;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                boolean autoCommit = autoCommit();
                boolean rest = goesOn();
                if (rest) {
                    asked();
                }
                IOException end;
                try {
                    int count = in.read(bytes, offset, length);
                    if (count >= 0) {
                        long asked = askedAt;
                        if (asked != 0 && !rest) {
                            long now = System.nanoTime();
                            owner.answers().came(now - asked, now);
                        }
                        askedAt = 0;
                        if (limit != null) {
                            limit.came(count);
                        }
                        return count;
                    }
                    end = lost(autoCommit, null);
                } catch (IOException e) {
                    if (rest) {
                        // The driver looks whether something has come: nothing need have.
                        askedAt = 0;
                    }
                    end = lost(autoCommit, e);
                }
                if (end == null) {
                    return -1;
                }
                throw end;
            }

            /** The driver skips until it has skipped all, in a loop that no end of the stream ends: here that is an error. */
            @Override
            public long skip(long count) throws IOException {
                if (count <= 0) {
                    return 0;
                }
                int skipped = read(new byte[(int) Math.min(count, SKIPPED)]);
                if (skipped < 0) {
                    throw new EOFException("the server has closed the connection in the middle of a message");
                }
                return skipped;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                boolean autoCommit = autoCommit();
                asked();
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    IOException end = lost(autoCommit, e);
                    throw end == null ? e : end;
                }
            }

            @Override
            public void close() throws IOException {
                // As the socket's own stream does; the flush of the superclass would have nothing to do.
                out.close();
            }
        };
    }
}
