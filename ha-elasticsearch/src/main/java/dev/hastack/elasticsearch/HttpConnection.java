package dev.hastack.elasticsearch;

import dev.hastack.core.monitor.TlsFault;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to one node, for the monitor: a client's pool could neither be held to one connection nor tell that an idle
 * one has ended. An answer longer than one can be to what it is for ends it, so that no server can fill the memory. {@link #close} may be called by any thread, and ends what another waits for; all else by one.
 */
final class HttpConnection implements AutoCloseable {
    /** Of a line of the head, in bytes. */
    private static final int LONGEST_LINE = 16 * 1024;

    private static final int MOST_HEADERS = 200;
    /** In bytes; of a node that tells of ten thousand others it is a tenth of that. */
    private static final int LONGEST_BODY = 8 * 1024 * 1024;

    private final NodeConnector.Target target;
    private final Socket socket = new Socket();
    private volatile @Nullable Socket secured;
    private volatile boolean closed;
    private @Nullable InputStream in;

    /**
     * What a node answered.
     *
     * @param ofElasticsearch whether it says that it is Elasticsearch, and not something that stands before it
     */
    record Reply(int status, String body, boolean ofElasticsearch) {}

    /** Not connected yet. */
    HttpConnection(NodeConnector.Target target) {
        this.target = target;
    }

    void connect() throws IOException {
        URI address = target.address();
        int timeout = (int) target.connectTimeout().toMillis();
        socket.setTcpNoDelay(true);
        keepAlive();
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), timeout);
        Socket open = socket;
        if (target.tls().isPresent() && "https".equals(address.getScheme())) {
            SSLSocket tls = (SSLSocket) target.tls()
                    .get()
                    .getSocketFactory()
                    .createSocket(socket, address.getHost(), address.getPort(), true);
            if (target.verifyHost()) {
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                tls.setSSLParameters(parameters);
            }
            tls.setSoTimeout(timeout);
            handshake(tls);
            open = tls;
        }
        open.setSoTimeout((int) target.longest().toMillis());
        secured = open;
        in = new BufferedInputStream(open.getInputStream());
    }

    private static void handshake(SSLSocket tls) throws IOException {
        try {
            tls.startHandshake();
        } catch (SSLException e) {
            if (String.valueOf(e.getMessage()).startsWith("Unsupported or unrecognized SSL message")) {
                throw TlsFault.serverSpeaksNone(ElasticsearchErrors.TLS_ADVICE, e);
            }
            throw told(e);
        }
    }

    private static IOException told(SSLException error) {
        return ElasticsearchErrors.tls(error).<IOException>map(fault -> fault).orElse(error);
    }

    /** The kernel asks after a silent peer, where it can be told when: a firewall does not forget the connection, or we hear of it. */
    private void keepAlive() throws IOException {
        socket.setKeepAlive(true);
        for (Map.Entry<SocketOption<Integer>, Integer> option : Map.of(
                        ExtendedSocketOptions.TCP_KEEPIDLE, 10,
                        ExtendedSocketOptions.TCP_KEEPINTERVAL, 5,
                        ExtendedSocketOptions.TCP_KEEPCOUNT, 3)
                .entrySet()) {
            if (socket.supportedOptions().contains(option.getKey())) {
                socket.setOption(option.getKey(), option.getValue());
            }
        }
    }

    boolean open() {
        return !closed && secured != null;
    }

    /** @param path with its query */
    Reply get(String path) throws IOException {
        Socket to = connected();
        String prefix = target.address().getRawPath();
        StringBuilder request = new StringBuilder("GET ")
                .append(prefix == null ? "" : prefix.replaceAll("/$", ""))
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(target.address().getRawAuthority())
                .append("\r\nAccept: application/json\r\n");
        for (Map.Entry<String, String> header : target.headers().entrySet()) {
            request.append(header.getKey())
                    .append(": ")
                    .append(header.getValue())
                    .append("\r\n");
        }
        try {
            to.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            to.getOutputStream().flush();
            return read();
        } catch (SSLException e) {
            // In TLS 1.3 a server says only after the handshake that it wants a certificate.
            throw told(e);
        }
    }

    /** Waits until the connection ends; nothing may be asked on it. */
    void awaitEnd() throws IOException {
        connected().setSoTimeout(0);
        throw input().read() < 0
                ? new EOFException("the connection was closed by " + target.node())
                : new IOException("unexpected bytes from " + target.node());
    }

    private Socket connected() throws IOException {
        Socket open = secured;
        if (open == null || closed) {
            throw new IOException("not connected to " + target.node());
        }
        return open;
    }

    private InputStream input() throws IOException {
        connected();
        InputStream from = in;
        if (from == null) {
            throw new IOException("not connected to " + target.node());
        }
        return from;
    }

    private Reply read() throws IOException {
        String[] status = line().split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("\\d{3}")) {
            throw new IOException("no HTTP from " + target);
        }
        int length = 0;
        boolean chunked = false;
        boolean product = false;
        int headers = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (++headers > MOST_HEADERS) {
                throw tooLong("more than " + MOST_HEADERS + " headers");
            }
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = length(lower.substring(15).strip(), 10);
            } else if (lower.startsWith("x-elastic-product:")) {
                product = lower.contains("elasticsearch");
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = lower.contains("chunked");
            } else if (lower.startsWith("connection:") && lower.contains("close")) {
                closed = true;
            }
        }
        byte[] body = chunked ? chunks() : bytes(length, LONGEST_BODY);
        return new Reply(Integer.parseInt(status[1]), new String(body, StandardCharsets.UTF_8), product);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = length(line().split(";", 2)[0].strip(), 16);
            body.writeBytes(bytes(length, LONGEST_BODY - body.size()));
            if (length > 0) {
                line();
                continue;
            }
            for (int trailers = 0; !line().isEmpty(); trailers++) {
                if (trailers > MOST_HEADERS) {
                    throw tooLong("more than " + MOST_HEADERS + " trailers");
                }
            }
            return body.toByteArray();
        }
    }

    private int length(String said, int radix) throws IOException {
        try {
            return Integer.parseInt(said, radix);
        } catch (NumberFormatException e) {
            throw new IOException("expected a length, but got '" + said + "' from " + target, e);
        }
    }

    private byte[] bytes(int length, int most) throws IOException {
        if (length < 0 || length > most) {
            throw tooLong("a body longer than " + LONGEST_BODY + " bytes");
        }
        byte[] bytes = stream().readNBytes(length);
        if (bytes.length < length) {
            throw ended();
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        InputStream from = stream();
        for (int b = from.read(); b != '\n'; b = from.read()) {
            if (b < 0) {
                throw ended();
            }
            line.write(b);
            if (line.size() > LONGEST_LINE) {
                throw tooLong("a line longer than " + LONGEST_LINE + " bytes");
            }
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    /** Also after the server has said that it will close: what it sends before that counts. */
    private InputStream stream() throws IOException {
        InputStream from = in;
        if (from == null) {
            throw ended();
        }
        return from;
    }

    /** What comes next on the connection is a part of that answer, so it is of no use any more. */
    private IOException tooLong(String what) {
        close();
        return new IOException(what + " from " + target + ", which no answer to a probe has");
    }

    private IOException ended() {
        return new EOFException("the connection was closed by " + target.node());
    }

    @Override
    public void close() {
        closed = true;
        try {
            // The socket below TLS: a farewell may block.
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }
}
