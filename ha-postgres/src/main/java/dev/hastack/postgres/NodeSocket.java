package dev.hastack.postgres;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A socket of a physical connection, beneath the driver and beneath TLS. What ends it is told as a {@link
 * ConnectionLostException}, since nobody above knows the node, or why ha-stack closed it. While the connection is being
 * made it is a plain socket.
 */
final class NodeSocket extends Socket {
    private final NodeSockets owner;
    private volatile @Nullable Connection session;

    NodeSocket(NodeSockets owner) {
        this.owner = owner;
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

    private @Nullable IOException lost(boolean autoCommit, @Nullable IOException cause) {
        if (session == null || cause instanceof SocketTimeoutException) {
            // The driver waits for notifications by short timeouts: those end nothing.
            return cause;
        }
        return ConnectionLostException.on(owner.node(), autoCommit, owner.why(cause), cause);
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
                IOException end;
                try {
                    int count = in.read(bytes, offset, length);
                    if (count >= 0) {
                        return count;
                    }
                    end = lost(autoCommit, null);
                } catch (IOException e) {
                    end = lost(autoCommit, e);
                }
                if (end == null) {
                    return -1;
                }
                throw end;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                boolean autoCommit = autoCommit();
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
