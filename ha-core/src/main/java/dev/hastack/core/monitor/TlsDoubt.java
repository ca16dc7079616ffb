package dev.hastack.core.monitor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Finds out that one side speaks TLS and the other does not, which shows as anything: silence, a lost connection, garbage. Where a
 * connection could not be made, the server is greeted once in TLS before the next attempt, and what it answers decides. Of one server.
 * Thread-safe.
 */
public final class TlsDoubt {
    /** A server that says nothing, as one that hangs, is not greeted for ever. */
    private static final int MOST = 3;

    private static final int HANDSHAKE = 0x16;
    private static final int ALERT = 0x15;
    private static final int LARGEST = 1 << 15;
    /** Understood by Redis, and by anybody else told to be nonsense; not TLS. */
    private static final byte[] LINE = "PING\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Supplier<Optional<InetSocketAddress>> address;
    private final boolean tls;
    private final Duration patience;
    private final String advice;
    private final AtomicInteger greeted = new AtomicInteger();
    private volatile boolean doubtful;

    /**
     * @param address of the server, when it is known; asked for when it is needed, since it may be looked up
     * @param tls whether this side speaks it
     * @param patience how long the server may take to answer
     * @param advice what to set, where it is otherwise
     */
    public TlsDoubt(Supplier<Optional<InetSocketAddress>> address, boolean tls, Duration patience, String advice) {
        this.address = address;
        this.tls = tls;
        this.patience = patience;
        this.advice = advice;
    }

    /** A connection was made, and all is well. */
    public void connected() {
        doubtful = false;
        greeted.set(0);
    }

    /** The server took a connection, and nothing came of it. */
    public void failed() {
        doubtful = true;
    }

    /**
     * Called before a connection is made; does nothing unless the last failed.
     *
     * @throws TlsFault if the two sides are at odds
     */
    public void check() throws TlsFault {
        Optional<InetSocketAddress> server = doubtful && greeted.get() < MOST ? address.get() : Optional.empty();
        if (server.isEmpty()) {
            return;
        }
        greeted.incrementAndGet();
        Optional<Boolean> speaks = speaks(server.get());
        if (speaks.isPresent() && speaks.get() != tls) {
            // It is asked again next time: it may have been corrected.
            greeted.set(0);
            throw tls ? TlsFault.serverSpeaksNone(advice, null) : TlsFault.serverSpeaksIt(advice, null);
        }
        doubtful = speaks.isEmpty();
    }

    /** Empty if the server says nothing in time: to a greeting, nor to a line of text, for which a greeting may make others wait. */
    private Optional<Boolean> speaks(InetSocketAddress server) {
        try {
            Optional<Boolean> said = answer(server, greeting());
            return said.isPresent() ? said : answer(server, LINE).filter(speaksTls -> !speaksTls);
        } catch (IOException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /** Whether the answer is TLS's. */
    private Optional<Boolean> answer(InetSocketAddress server, byte[] question) {
        int timeout = (int) Math.max(1, patience.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(server, timeout);
            socket.setSoTimeout(timeout);
            socket.getOutputStream().write(question);
            socket.getOutputStream().flush();
            int first = socket.getInputStream().read();
            return first < 0 ? Optional.empty() : Optional.of(first == HANDSHAKE || first == ALERT);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The first message of a client that knows nothing of the server. */
    private static byte[] greeting() throws IOException, GeneralSecurityException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer out = ByteBuffer.allocate(LARGEST);
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }
}
