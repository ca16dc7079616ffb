package dev.hastack.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.SQLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has the driver speak TLS as {@code ha.postgres.tls} says, and not by its own files, of which it wants the key in another format
 * and the authority's certificate where Java trusts one, too. Public only because the driver makes it by name; not for use by
 * programs.
 */
public final class NodeTlsFactory extends SSLSocketFactory {
    /** The driver passes nothing but a string; it makes the factory and the connection on one thread. */
    private static final ThreadLocal<@Nullable SSLSocketFactory> IN_USE = new ThreadLocal<>();

    private final SSLSocketFactory factory;

    /** A connection that is being made. */
    interface Login<T> {
        T connect() throws SQLException;
    }

    /** Called by the driver, with its property {@code sslfactory}. */
    public NodeTlsFactory() {
        SSLSocketFactory current = IN_USE.get();
        if (current == null) {
            throw new IllegalStateException("for connections of ha-stack alone");
        }
        this.factory = current;
    }

    /** Makes a connection whose TLS is this factory's. */
    static <T> T with(SSLSocketFactory factory, Login<T> login) throws SQLException {
        IN_USE.set(factory);
        try {
            return login.connect();
        } finally {
            IN_USE.remove();
        }
    }

    @Override
    public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
        return factory.createSocket(socket, host, port, autoClose);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return factory.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return factory.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return factory.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return factory.createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return factory.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return factory.createSocket(host, port, localHost, localPort);
    }
}
