package dev.hastack.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Leads all connections to one address on to another, within this JVM, or in one of its own in another network. */
final class Forwarder implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;

    Forwarder(String address, int port, String toHost, int toPort) throws IOException {
        this.listening = new ServerSocket(port, 50, InetAddress.getByName(address));
        this.host = toHost;
        this.port = toPort;
    }

    /** Begins to accept connections. */
    Forwarder start() {
        start("accept", this::accept);
        return this;
    }

    /** Listens at the first two of these, an address and a port, and leads to the others. */
    public static void main(String[] args) throws Exception {
        Forwarder forwarder = new Forwarder(args[0], Integer.parseInt(args[1]), args[2], Integer.parseInt(args[3]));
        forwarder.accept();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One of the two sides has ended.
                    }
                },
                "forwarder-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket one = listening.accept();
            Socket other = new Socket(host, port);
            start("there", () -> pass(one, other));
            start("back", () -> pass(other, one));
        }
    }

    private static void pass(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8192];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
