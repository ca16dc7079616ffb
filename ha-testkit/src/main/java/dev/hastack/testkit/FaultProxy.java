package dev.hastack.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback address that lets a test break the network between a client and one server.
 *
 * <p>It passes everything on until told otherwise. Faults of data in motion ({@link #blackHole}, {@link #delay},
 * {@link #throttle}) act on connections that exist and on new ones, and replace each other; {@link #refuse()} acts on
 * new connections only, {@link #reset()} and {@link #forget()} on existing ones only. Bytes are held back, never lost, as on
 * a network whose peers retransmit; only what belongs to a forgotten flow is lost, and what is said while the proxy {@linkplain
 * #lie lies}. Each takes effect before the call returns. Thread-safe. Longer than most since every fault acts on the same two loops
 * that copy.
 */
public final class FaultProxy implements AutoCloseable {
    /** Which way a fault works. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT,
        BOTH;

        private boolean covers(Direction way) {
            return this == BOTH || this == way;
        }
    }

    /**
     * One client's connection, for a test to choose it by.
     *
     * @param clientPort the client's own port
     * @param portAtServer the port that the server sees it come from, as Redis's CLIENT LIST and PostgreSQL's {@code
     *     pg_stat_activity.client_port} have it
     * @param idle since when no byte went either way
     */
    public record Flow(int clientPort, int portAtServer, Duration idle) {}

    /** What happens to a chunk of bytes; {@code bytesPerSecond} 0 means no limit. */
    private record Fault(boolean stalled, Duration delay, long bytesPerSecond, Direction direction) {
        static final Fault NONE = new Fault(false, Duration.ZERO, 0, Direction.BOTH);
    }

    private static final int CHUNK = 64 * 1024;
    private static final int THROTTLED_CHUNKS_PER_SECOND = 50;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final String host;
    private final int targetPort;
    private final int port = Ports.free();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile Fault fault = Fault.NONE;
    private volatile @Nullable Lie lie;
    private @Nullable ServerSocket listener;
    private @Nullable Thread accepting;
    private volatile boolean closed;

    private FaultProxy(String host, int targetPort) {
        this.host = host;
        this.targetPort = targetPort;
    }

    /** A proxy, listening, for the server at {@code host:port}, which need not run yet. */
    public static FaultProxy to(String host, int port) {
        var proxy = new FaultProxy(host, port);
        proxy.listen();
        return proxy;
    }

    /** Where clients connect to: {@code 127.0.0.1:port}, the same for the proxy's life. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Refuses new connections, as a machine does on which nothing listens; existing ones go on. */
    public void refuse() {
        lock.lock();
        try {
            if (listener != null && accepting != null) {
                listener.close();
                listener = null;
                // The kernel goes on listening until the thread has left its call.
                accepting.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the proxy's listening socket", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all existing connections by RST on both sides; new ones are served. */
    public void reset() {
        // Of those that are there now: a client that is quick has a new one before the last of the old has ended.
        List.copyOf(links).forEach(Link::reset);
    }

    /** As {@link #forget(Predicate)}, of all flows. */
    public int forget() {
        return forget(flow -> true);
    }

    /**
     * Forgets existing flows, as a firewall or NAT does with those that it has no more room for: whatever either side sends
     * on them is swallowed, its FIN and RST too, for good; no {@link #heal()} brings them back. New connections pass. (The kernel
     * acknowledges to both sides what the proxy reads, so that a test meets no TCP user timeout here.)
     *
     * @param chosen which of them
     * @return how many
     */
    public int forget(Predicate<Flow> chosen) {
        int count = 0;
        for (Link link : List.copyOf(links)) {
            if (!link.forgotten && chosen.test(link.flow())) {
                link.forgotten = true;
                count++;
            }
        }
        return count;
    }

    /** {@link #refuse()} and {@link #reset()}: what a client sees when the server's process dies. */
    public void cut() {
        refuse();
        reset();
    }

    /** Accepts connections and forwards nothing, nor the end of a connection: a network that drops every packet. */
    public void blackHole() {
        blackHole(Direction.BOTH);
    }

    /** As {@link #blackHole()}, one way: the other way still passes. */
    public void blackHole(Direction direction) {
        change(new Fault(true, Duration.ZERO, 0, direction));
    }

    /** Holds every chunk of bytes back for {@code delay}, each way; a round trip takes twice as much longer. */
    public void delay(Duration delay) {
        change(new Fault(false, delay, 0, Direction.BOTH));
    }

    /**
     * Keeps existing flows out of all faults of data in motion, those of now and those to come, until {@link #heal()}; other flows and new
     * connections have them.
     *
     * @param chosen which of them
     * @return how many
     */
    public int spare(Predicate<Flow> chosen) {
        int count = 0;
        for (Link link : List.copyOf(links)) {
            if (chosen.test(link.flow())) {
                link.spared = true;
                count++;
            }
        }
        change(fault);
        return count;
    }

    /** Lets {@code bytesPerSecond} pass per connection and way. */
    public void throttle(long bytesPerSecond) {
        if (bytesPerSecond <= 0) {
            throw new IllegalArgumentException(
                    "bytesPerSecond " + bytesPerSecond + " is not positive; blackHole() lets nothing pass");
        }
        change(new Fault(false, Duration.ZERO, bytesPerSecond, Direction.BOTH));
    }

    /**
     * Answers in the server's place whatever a client says, on an existing connection or a new one, and passes nothing on either way: a
     * server that was taken over, or is none of the kind that the client takes it for. Connections on which that was said end with {@link
     * #heal()}, since what the two sides have heard does not fit any more.
     */
    public void lie(Lie next) {
        lie = next;
    }

    /** Passes everything on again, what was held back first, listens again, and tells the truth to new connections. */
    public void heal() {
        lie = null;
        links.stream().filter(link -> link.lied).forEach(Link::reset);
        links.forEach(link -> link.spared = false);
        if (!fault.equals(Fault.NONE)) {
            change(Fault.NONE);
        }
        listen();
    }

    /** Ends all connections and stops listening; further calls do nothing. */
    @Override
    public void close() {
        closed = true;
        lie = null;
        cut();
        change(Fault.NONE);
    }

    private void change(Fault next) {
        lock.lock();
        try {
            fault = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void listen() {
        lock.lock();
        try {
            if (listener == null && !closed) {
                var socket = new ServerSocket();
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
                listener = socket;
                accepting = thread("accept", () -> accept(socket));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy cannot listen on " + address(), e);
        } finally {
            lock.unlock();
        }
    }

    private void accept(ServerSocket socket) {
        while (true) {
            try {
                var link = new Link(socket.accept());
                links.add(link);
                thread("to-server", () -> link.run(Direction.TO_SERVER));
            } catch (IOException e) {
                return; // refuse() closed it.
            }
        }
    }

    private Thread thread(String name, Runnable work) {
        var thread = new Thread(work, "ha-testkit-proxy-" + port + "-" + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Holds the calling thread for as long as the present fault demands of {@code bytes} of the link going that way. */
    private void hold(Link link, Direction way, int bytes) throws InterruptedException {
        long arrived = System.nanoTime();
        lock.lock();
        try {
            while (true) {
                Fault present = fault;
                if (link.spared || !present.direction().covers(way)) {
                    return;
                }
                if (present.stalled()) {
                    changed.await();
                    continue;
                }
                long nanos = present.delay().toNanos();
                if (present.bytesPerSecond() > 0) {
                    nanos += TimeUnit.SECONDS.toNanos(bytes) / present.bytesPerSecond();
                }
                long left = arrived + nanos - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private int chunk(Direction way) {
        Fault present = fault;
        if (present.bytesPerSecond() == 0 || !present.direction().covers(way)) {
            return CHUNK;
        }
        return (int) Math.max(1, Math.min(CHUNK, present.bytesPerSecond() / THROTTLED_CHUNKS_PER_SECOND));
    }

    /** One client's connection and, once bytes may flow, the one to the server. */
    private final class Link {
        private final Socket client;
        private final Socket server = new Socket();
        private volatile long movedAt = System.nanoTime();
        private volatile boolean forgotten;
        private volatile boolean lied;
        private volatile boolean spared;

        Link(Socket client) {
            this.client = client;
        }

        Flow flow() {
            return new Flow(
                    client.getPort(),
                    server.getLocalPort(),
                    Duration.ofNanos(Math.max(0, System.nanoTime() - movedAt)));
        }

        /** Copies one way until the end; the way to the server opens the other one. */
        void run(Direction way) {
            try {
                if (way == Direction.TO_SERVER) {
                    hold(this, way, 0);
                    server.connect(new InetSocketAddress(host, targetPort), (int) CONNECT.toMillis());
                    server.setTcpNoDelay(true);
                    client.setTcpNoDelay(true);
                    thread("to-client", () -> run(Direction.TO_CLIENT));
                    copy(client, server, way);
                } else {
                    copy(server, client, way);
                }
            } catch (IOException e) {
                if (!forgotten) {
                    reset(); // One side is gone, or never was: so is the other.
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reset();
            }
        }

        private void copy(Socket from, Socket to, Direction way) throws IOException, InterruptedException {
            byte[] buffer = new byte[CHUNK];
            while (true) {
                int count = from.getInputStream().read(buffer, 0, chunk(way));
                hold(this, way, Math.max(count, 0));
                movedAt = System.nanoTime();
                if (forgotten) {
                    if (count < 0) {
                        from.close();
                        return;
                    }
                    continue;
                }
                if (count > 0 && lied(way)) {
                    continue;
                }
                if (count < 0) {
                    to.shutdownOutput();
                    if (from.isOutputShutdown()) {
                        close();
                    }
                    return;
                }
                to.getOutputStream().write(buffer, 0, count);
            }
        }

        /** Whether what came has been answered, or swallowed, by a lie; as all is that comes after the first one. */
        private boolean lied(Direction way) throws IOException {
            Lie told = lie;
            if (told == null) {
                return lied;
            }
            lied = true;
            if (lie == null) {
                reset(); // It healed meanwhile, and did not know of this one.
            } else if (way == Direction.TO_SERVER) {
                tell(told);
            }
            return true;
        }

        @SuppressWarnings("ReferenceEquality") // The same words, told anew, are another lie.
        private void tell(Lie told) throws IOException {
            byte[] words = told.words().getBytes(ISO_8859_1);
            client.getOutputStream().write(words);
            while (told.then() == Lie.Then.AGAIN && told == lie) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                client.getOutputStream().write(words);
            }
            if (told.then() == Lie.Then.END) {
                close();
            }
        }

        private void close() throws IOException {
            links.remove(this);
            client.close();
            server.close();
        }

        void reset() {
            try {
                client.setSoLinger(true, 0);
                if (!server.isClosed()) {
                    server.setSoLinger(true, 0);
                }
            } catch (IOException e) {
                // Closed already.
            }
            try {
                close();
            } catch (IOException e) {
                // There is nothing more to do for a socket that cannot be closed.
            }
        }
    }
}
