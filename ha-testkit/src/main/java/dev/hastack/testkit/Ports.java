package dev.hastack.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Free ports of the loopback address.
 *
 * <p>They lie below Linux's range for outgoing connections (32768 and up): from that range a client may draw the very
 * port of a server that a test has killed, which blocks the server's return, or connects the client to itself.
 */
final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final int ATTEMPTS = 1_000;
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Set<Integer> GIVEN = new HashSet<>();

    private Ports() {}

    /** A port that nobody listens on, and that this JVM has not given out before. */
    static int free() {
        LOCK.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
                if (!GIVEN.contains(port) && isFree(port)) {
                    GIVEN.add(port);
                    return port;
                }
            }
        } finally {
            LOCK.unlock();
        }
        throw new IllegalStateException("no free port found between " + FIRST + " and " + LAST + " on the loopback");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
