package dev.hastack.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives the driver sockets that ha-stack knows. Public only because the driver makes it by name; not for use by programs.
 * The driver passes nothing but a string, so the string is a key into the registry.
 */
public final class NodeSocketFactory extends SocketFactory {
    private static final Map<String, NodeSockets> REGISTRY = new ConcurrentHashMap<>();
    private static final AtomicLong KEYS = new AtomicLong();

    private final NodeSockets sockets;

    /** Called by the driver, with its property {@code socketFactoryArg}. */
    public NodeSocketFactory(String key) throws IOException {
        NodeSockets registered = REGISTRY.get(key);
        if (registered == null) {
            throw new IOException("the connections of this node were retired");
        }
        this.sockets = registered;
    }

    /** Registers these sockets under a new key. */
    static String register(NodeSockets sockets) {
        String key = Long.toString(KEYS.incrementAndGet());
        REGISTRY.put(key, sockets);
        return key;
    }

    static void unregister(String key) {
        REGISTRY.remove(key);
    }

    /** How many are registered; for tests of leaks. */
    static int registered() {
        return REGISTRY.size();
    }

    @Override
    public Socket createSocket() throws IOException {
        return sockets.create();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(InetSocketAddress to, @Nullable InetSocketAddress from) throws IOException {
        Socket socket = sockets.create();
        try {
            if (from != null) {
                socket.bind(from);
            }
            socket.connect(to);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
