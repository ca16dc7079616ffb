package dev.hastack.redis;

import dev.hastack.testkit.RedisNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server says by MONITOR that it was sent. */
final class Monitoring implements AutoCloseable {
    private static final Pattern LINE = Pattern.compile("\\+[0-9.]+ \\[\\d+ (\\S+)] (.*)");
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final RedisNode node;
    private final Socket socket;
    private final BufferedReader lines;
    private int markers;

    Monitoring(RedisNode node, int port) throws IOException {
        this.node = node;
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
        if (!"+OK".equals(lines.readLine())) {
            throw new IOException("no MONITOR");
        }
    }

    /**
     * One command.
     *
     * @param client its address
     */
    record Sent(String client, List<String> words) {}

    /** All commands that came since the last call. */
    List<Sent> sent() throws IOException {
        String marker = "marker-" + markers++;
        Object unused = node.command("ECHO", marker);
        List<Sent> sent = new ArrayList<>();
        while (true) {
            Matcher line = LINE.matcher(lines.readLine());
            if (line.matches()) {
                List<String> words = new ArrayList<>();
                Matcher word = WORD.matcher(line.group(2));
                while (word.find()) {
                    words.add(word.group(1));
                }
                if (words.contains(marker)) {
                    return sent;
                }
                sent.add(new Sent(line.group(1), words));
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
