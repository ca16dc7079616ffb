package dev.hastack.elasticsearch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to one node, for the monitor: a client's pool could neither be held to one connection nor tell that an idle
 * one has ended. {@link #close} may be called by any thread, and ends what another waits for; all else by one.
 */
final class HttpConnection implements AutoCloseable {
    private final NodeConnector.Target target;
    private final Socket socket = new Socket();
    private volatile @Nullable Socket secured;
    private volatile boolean closed;
    private @Nullable InputStream in;

    /** What a node answered. */
    record Reply(int status, String body) {}

    /** Not connected yet. */
    HttpConnection(NodeConnector.Target target) {
        this.target = target;
    }

    void connect() throws IOException {
        URI address = target.address();
        int timeout = (int) target.connectTimeout().toMillis();
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
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
            tls.startHandshake();
            open = tls;
        }
        open.setSoTimeout((int) target.longest().toMillis());
        secured = open;
        in = new BufferedInputStream(open.getInputStream());
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
        to.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        to.getOutputStream().flush();
        return read();
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
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = lower.contains("chunked");
            } else if (lower.startsWith("connection:") && lower.contains("close")) {
                closed = true;
            }
        }
        byte[] body = chunked ? chunks() : bytes(length);
        return new Reply(Integer.parseInt(status[1]), new String(body, StandardCharsets.UTF_8));
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line().split(";", 2)[0].strip(), 16);
            body.writeBytes(bytes(length));
            if (length > 0) {
                line();
                continue;
            }
            for (String trailer = line(); !trailer.isEmpty(); ) {
                trailer = line();
            }
            return body.toByteArray();
        }
    }

    private byte[] bytes(int length) throws IOException {
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
