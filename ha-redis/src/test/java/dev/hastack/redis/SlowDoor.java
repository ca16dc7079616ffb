package dev.hastack.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says what Redis says to whoever logs in, when the test wants it to: no real server can be told to answer in a given moment. */
final class SlowDoor implements AutoCloseable {
    private static final String HELLO = Stream.of(
                    "%6",
                    "+server",
                    "+redis",
                    "+version",
                    "+7.0.0",
                    "+proto",
                    ":3",
                    "+id",
                    ":1",
                    "+mode",
                    "+standalone",
                    "+role",
                    "+master")
            .map(line -> line + "\r\n")
            .collect(Collectors.joining());

    private static final Set<String> LOGIN = Set.of("HELLO", "SETINFO", "MAINT_NOTIFICATIONS");

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> atTheDoor = new HashSet<>();
    /** What was said last by somebody who logged in. */
    private volatile String said = "HELLO";

    /** What Lettuce says last when it logs in, as far as is known; versions differ. */
    private volatile String last = said;

    private boolean shut;
    private int most = Integer.MAX_VALUE;
    private final AtomicInteger answered = new AtomicInteger();

    SlowDoor() throws IOException {
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "slow-door");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Whoever comes from now on waits for the last answer of its login; for the first, if nobody has logged in before. */
    synchronized void shut() {
        last = said;
        shut = true;
    }

    synchronized void open() {
        shut = false;
        notifyAll();
    }

    synchronized int waiting() {
        return atTheDoor.size();
    }

    synchronized void sendAway() throws IOException {
        for (Socket client : atTheDoor) {
            client.close();
        }
    }

    int connections() {
        return open.size();
    }

    /** Only the first so many PINGs of each connection are answered; more are, once this is called again. */
    synchronized void answerOnly(int pings) {
        most = pings;
        notifyAll();
    }

    /** How many PINGs were answered. */
    int answered() {
        return answered.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                start(() -> serve(client));
            } catch (IOException e) {
                // The loop looks whether it was closed.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            OutputStream out = client.getOutputStream();
            int asked = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String answer = answer(line);
                if (LOGIN.contains(line)) {
                    if (line.equals(last)) {
                        passDoor(client);
                    }
                    said = line;
                }
                boolean ping = answer.startsWith("+PONG");
                if (ping) {
                    awaitTurn(++asked);
                }
                out.write(answer.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                if (ping) {
                    answered.incrementAndGet();
                }
                if (!in.ready()) {
                    isIn(client);
                }
            }
        } catch (IOException | InterruptedException e) {
            // It has ended.
        } finally {
            isIn(client);
            open.remove(client);
        }
    }

    /** By a word of its own alone; nothing else that is sent here looks like one. */
    private static String answer(String line) {
        return switch (line) {
            case "HELLO" -> HELLO;
            case "SETINFO", "MAINT_NOTIFICATIONS" -> "+OK\r\n";
            case "PING" -> "+PONG\r\n";
            default -> "";
        };
    }

    private synchronized void passDoor(Socket client) throws InterruptedException {
        atTheDoor.add(client);
        while (shut) {
            wait();
        }
    }

    /** Or gone. */
    private synchronized void isIn(Socket client) {
        atTheDoor.remove(client);
    }

    private synchronized void awaitTurn(int ping) throws InterruptedException {
        while (ping > most) {
            wait();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        listener.close();
        for (Socket client : open) {
            client.close();
        }
    }
}
