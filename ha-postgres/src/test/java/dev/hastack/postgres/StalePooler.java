package dev.hastack.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a server, passes everything on, and tells every client that the server is a standby, as PgBouncer in transaction
 * mode does after a promotion. Counts how often that is asked of the server itself. For connections without TLS.
 */
final class StalePooler implements AutoCloseable {
    private static final String TRUE = "in_hot_standby\0off\0";
    private static final String UNTRUE = "in_hot_standby\0on\0";
    private static final String QUESTION = "SHOW in_hot_standby";

    private final int server;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger questions = new AtomicInteger();

    /** @param server its port on this machine */
    StalePooler(int server) throws IOException {
        this.server = server;
        inBackground(() -> {
            while (true) {
                serve(listener.accept());
            }
        });
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Returns how often the server was asked whether it is a standby. */
    int questions() {
        return questions.get();
    }

    /** Ends all connections, and takes new ones. */
    void cut() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    private void serve(Socket client) throws IOException {
        Socket real = new Socket(InetAddress.getLoopbackAddress(), server);
        sockets.add(client);
        sockets.add(real);
        inBackground(() -> passOn(client, real, true));
        inBackground(() -> passOn(real, client, false));
    }

    private void passOn(Socket from, Socket to, boolean toServer) throws IOException {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(to.getOutputStream()));
            if (toServer) {
                // The first message has no type.
                int length = in.readInt();
                out.writeInt(length);
                out.write(in.readNBytes(length - 4));
                out.flush();
            }
            while (true) {
                int type = in.readUnsignedByte();
                String body = new String(in.readNBytes(in.readInt() - 4), ISO_8859_1);
                if (toServer && body.contains(QUESTION)) {
                    questions.incrementAndGet();
                }
                String said = !toServer && type == 'S' && body.equals(TRUE) ? UNTRUE : body;
                out.writeByte(type);
                out.writeInt(said.length() + 4);
                out.write(said.getBytes(ISO_8859_1));
                if (in.available() == 0) {
                    out.flush();
                }
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void inBackground(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The one side has closed, and so does the other.
                    }
                },
                "stale-pooler");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
