package dev.hastack.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Free ports of the loopback address.
 *
 * <p>They lie below Linux's range for outgoing connections (32768 and up): from that range a client may draw the very
 * port of a server that a test has killed, which blocks the server's return, or connects the client to itself.
 *
 * <p>For the same reason no two JVMs may give out the same port, though nobody listens there now: each takes its ports from
 * blocks of its own, and listens on the first port of a block for as long as it lives, so that the others see whose it is.
 */
final class Ports {
    private static final int FIRST = 20_000;
    private static final int BLOCK = 200;
    private static final int BLOCKS = 60;
    private static final ReentrantLock LOCK = new ReentrantLock();
    /** What says that the blocks are taken. */
    private static final List<ServerSocket> OWN = new ArrayList<>();

    private static int next;
    private static int end;

    private Ports() {}

    /** A port that nobody listens on, and that no JVM of this machine has given out, as far as it runs this. */
    static int free() {
        LOCK.lock();
        try {
            while (true) {
                if (next == end) {
                    takeBlock();
                }
                int port = next++;
                Optional<ServerSocket> listening = listen(port);
                if (listening.isPresent()) {
                    listening.get().close();
                    return port;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot look for a free port of the loopback", e);
        } finally {
            LOCK.unlock();
        }
    }

    /** Not the first one that is free: a JVM that has just ended had that, and its servers may still be about to end. */
    private static void takeBlock() throws IOException {
        int start = ThreadLocalRandom.current().nextInt(BLOCKS);
        for (int i = 0; i < BLOCKS; i++) {
            int first = FIRST + (start + i) % BLOCKS * BLOCK;
            Optional<ServerSocket> taken = listen(first);
            if (taken.isPresent()) {
                OWN.add(taken.get());
                next = first + 1;
                end = first + BLOCK;
                return;
            }
        }
        throw new IllegalStateException("no free ports are left between " + FIRST + " and " + (FIRST + BLOCKS * BLOCK)
                + " on the loopback: other JVMs have them; end those that are not needed");
    }

    private static Optional<ServerSocket> listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Optional.of(socket);
        } catch (IOException e) {
            socket.close();
            return Optional.empty();
        }
    }
}
