package dev.hastack.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often Linux has asked the other side of a connection in vain: for an acknowledgement of what was sent, or whether it is still
 * there. Nothing is known elsewhere. For one thread.
 *
 * <p>For the reasons, see docs/decisions.md, PG-9.
 */
final class KernelFlows {
    private static final Logger log = LoggerFactory.getLogger(KernelFlows.class);
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

    /** A machine may have a hundred thousand connections: then the tables are read less often. */
    private static final int SHARE = 20;

    private static final String RETRANSMITTING = "01";
    private static final String KEEPING_ALIVE = "02";

    /** Both ends of a connection. */
    record Flow(InetSocketAddress local, InetSocketAddress remote) {}

    private Deadline next = Deadline.in(Duration.ZERO);

    /** Whether to ask would take more than this share of the time. */
    boolean rests() {
        return !next.passed();
    }

    /** By flow, for those of these local ports that have not been answered; empty where the platform does not tell. */
    Map<Flow, Integer> unanswered(Set<Integer> localPorts) {
        Map<Flow, Integer> unanswered = new HashMap<>();
        if (localPorts.isEmpty()) {
            return unanswered;
        }
        Deadline began = Deadline.in(Duration.ZERO);
        for (Path table : TABLES) {
            if (!Files.isReadable(table)) {
                continue;
            }
            try (BufferedReader lines = Files.newBufferedReader(table)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    note(line, localPorts, unanswered);
                }
            } catch (IOException | RuntimeException e) {
                log.debug("{} is not what Linux has there", table, e);
            }
        }
        next = Deadline.in(began.ago().multipliedBy(SHARE));
        return unanswered;
    }

    /**
     * Of a line of {@code /proc/net/tcp}: number, both addresses, state, queues, timer, retransmissions, user, probes.
     *
     * @throws RuntimeException if it is none
     */
    static void note(String line, Set<Integer> localPorts, Map<Flow, Integer> unanswered) throws UnknownHostException {
        String[] words = line.strip().split("\\s+", 10);
        int colon = words[1].indexOf(':');
        if (colon < 0 || !localPorts.contains(Integer.parseInt(words[1].substring(colon + 1), 16))) {
            // Another's, or the head of the table.
            return;
        }
        String timer = words[5].substring(0, 2);
        int count = timer.equals(RETRANSMITTING)
                ? Integer.parseInt(words[6], 16)
                : timer.equals(KEEPING_ALIVE) ? Integer.parseInt(words[8]) : 0;
        if (count > 0) {
            unanswered.put(new Flow(address(words[1]), address(words[2])), count);
        }
    }

    /** Numbers of 32 bits, each in the order of the machine. */
    private static InetSocketAddress address(String word) throws UnknownHostException {
        int colon = word.indexOf(':');
        ByteBuffer bytes = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < colon; i += 8) {
            bytes.putInt(Integer.parseUnsignedInt(word.substring(i, i + 8), 16));
        }
        return new InetSocketAddress(
                InetAddress.getByAddress(bytes.array()), Integer.parseInt(word.substring(colon + 1), 16));
    }
}
