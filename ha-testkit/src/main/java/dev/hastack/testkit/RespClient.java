package dev.hastack.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks one Redis process, on a connection kept for that. The testkit has its own client because any other would force its
 * version upon the class path of whoever tests with that very client. Thread-safe.
 */
final class RespClient {
    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(10).toMillis();

    /** What a server answers when it answers that it will not. */
    static final class ErrorReply extends IllegalStateException {
        ErrorReply(String message) {
            super(message);
        }
    }

    private final int port;
    private final SocketFactory sockets;
    private final List<String> login;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Socket kept;
    private @Nullable InputStream input;

    /** @param login a command that opens each connection, or nothing */
    RespClient(int port, SocketFactory sockets, List<String> login) {
        this.port = port;
        this.sockets = sockets;
        this.login = login;
    }

    /**
     * Sends a command.
     *
     * @return String, Long, List of such, or null; an error inside of a list is an element of it
     * @throws ErrorReply if the server answers with an error
     * @throws UncheckedIOException if it cannot be reached or does not answer in time
     */
    @Nullable Object command(List<String> command) {
        lock.lock();
        try {
            boolean fresh = kept == null;
            try {
                return answer(command);
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                if (fresh) {
                    throw e;
                }
                return answer(command); // The server ended the connection, or went and came back.
            }
        } catch (IOException e) {
            throw new UncheckedIOException("127.0.0.1:" + port + " did not answer " + command, e);
        } finally {
            lock.unlock();
        }
    }

    /** Closes the connection, also while another thread waits for an answer on it. */
    void drop() {
        Socket socket = kept;
        kept = null;
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is given up in any case.
            }
        }
    }

    private @Nullable Object answer(List<String> command) throws IOException {
        Object answer = exchange(command);
        if (answer instanceof ErrorReply error) {
            throw error;
        }
        return answer;
    }

    private @Nullable Object exchange(List<String> command) throws IOException {
        try {
            Socket socket = kept;
            InputStream answers = input;
            if (socket == null || answers == null) {
                socket = sockets.createSocket();
                kept = socket;
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                answers = new BufferedInputStream(socket.getInputStream());
                input = answers;
                if (!login.isEmpty()) {
                    send(socket, login);
                    if (read(answers) instanceof ErrorReply error) {
                        throw new IOException("login failed: " + error.getMessage());
                    }
                }
            }
            send(socket, command);
            return read(answers);
        } catch (IOException e) {
            drop();
            throw e;
        }
    }

    private static void send(Socket socket, List<String> command) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("*" + command.size() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (String argument : command) {
            byte[] content = argument.getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(("$" + content.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(content);
            bytes.writeBytes(new byte[] {'\r', '\n'});
        }
        socket.getOutputStream().write(bytes.toByteArray());
    }

    private static @Nullable Object read(InputStream answers) throws IOException {
        String line = line(answers);
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> new ErrorReply(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> text(answers, Integer.parseInt(rest));
            case '*' -> list(answers, Integer.parseInt(rest));
            default -> throw new IOException("not RESP2: " + line);
        };
    }

    private static @Nullable String text(InputStream answers, int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] content = answers.readNBytes(length);
        answers.skipNBytes(2);
        return new String(content, StandardCharsets.UTF_8);
    }

    private static @Nullable List<@Nullable Object> list(InputStream answers, int size) throws IOException {
        if (size < 0) {
            return null;
        }
        var list = new ArrayList<@Nullable Object>();
        for (int i = 0; i < size; i++) {
            list.add(read(answers));
        }
        return list;
    }

    private static String line(InputStream answers) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = answers.read(); next != '\r'; next = answers.read()) {
            if (next < 0) {
                throw new EOFException("the server ended the connection");
            }
            line.write(next);
        }
        answers.skipNBytes(1);
        return line.toString(StandardCharsets.UTF_8);
    }
}
