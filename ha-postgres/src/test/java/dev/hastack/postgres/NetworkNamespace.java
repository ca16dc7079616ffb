package dev.hastack.postgres;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of its own on this machine, which a pair of virtual interfaces joins to the JVM's, and where single flows can be
 * forgotten: their packets vanish, and nobody is told. Needs root.
 */
final class NetworkNamespace implements AutoCloseable {
    private static final String PREFIX = "hastack-";
    /** As many as networks of four addresses fit into 198.18.0.0/15, which no network uses but those of tests. */
    private static final int NETWORKS = 1 << 15;

    private final String name;
    private final String link;
    private final String network;
    private final int first;

    private NetworkNamespace(long pid) {
        int number = (int) (pid % NETWORKS) * 4;
        name = PREFIX + pid;
        link = "ha-" + pid;
        network = "198." + (18 + (number >> 16)) + "." + (number >> 8 & 0xff) + ".";
        first = number & 0xff;
    }

    /** The one of this JVM, new, or an assumption that does not hold, where this machine lets nobody have one. */
    static NetworkNamespace orSkip() {
        NetworkNamespace namespace =
                new NetworkNamespace(ProcessHandle.current().pid());
        try {
            namespace.removeDead();
            namespace.create();
            return namespace;
        } catch (IOException e) {
            namespace.close();
            return abort(
                    "no network namespace with policy routing can be had here, which takes root, iproute2 and a kernel with both ("
                            + e.getMessage() + "): nothing was tested");
        }
    }

    private void create() throws IOException {
        run("ip", "netns", "add", name);
        run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
        run("ip", "address", "add", outside() + "/30", "dev", link);
        run("ip", "link", "set", link, "up");
        inside("address", "add", inside() + "/30", "dev", "eth0");
        inside("link", "set", "eth0", "up");
        inside("link", "set", "lo", "up");
        // What comes in is looked up by the first rule, too, and nothing can precede that.
        inside("rule", "add", "pref", "100", "lookup", "local");
        inside("rule", "del", "pref", "0");
        // Not every kernel chooses by port: this flow is nobody's.
        drop(1, 1);
    }

    /** The JVM's address on the way to it. */
    String outside() {
        return network + (first + 1);
    }

    /** Its own address. */
    String inside() {
        return network + (first + 2);
    }

    /** What to put before a command that is to run in it. */
    List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** From now on what is sent from its port to the other side's is lost. */
    void forgetAnswers(int port, int otherPort) throws IOException {
        drop(port, otherPort);
    }

    /** From now on what is sent on this flow is lost, whoever sends it. */
    void forget(int port, int otherPort) throws IOException {
        drop(port, otherPort);
        drop(otherPort, port);
    }

    private void drop(int from, int to) throws IOException {
        // A blackhole says nothing, where what is unreachable or prohibited has an answer.
        inside(
                "rule",
                "add",
                "pref",
                "10",
                "ipproto",
                "tcp",
                "sport",
                String.valueOf(from),
                "dport",
                String.valueOf(to),
                "blackhole");
    }

    private void inside(String... command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("ip", "-n", name));
        whole.addAll(List.of(command));
        run(whole.toArray(String[]::new));
    }

    /** Removes it, and kills what runs in it. */
    @Override
    public void close() {
        remove(name);
    }

    /** Those of earlier runs that were killed; one of them may have had the number of this JVM. */
    private void removeDead() throws IOException {
        for (String line : run("ip", "netns", "list").lines().toList()) {
            String other = line.split(" ", 2)[0];
            if (other.matches(PREFIX + "\\d+")
                    && (other.equals(name)
                            || ProcessHandle.of(Long.parseLong(other.substring(PREFIX.length())))
                                    .isEmpty())) {
                remove(other);
            }
        }
    }

    private static void remove(String name) {
        try {
            run("ip", "netns", "pids", name)
                    .lines()
                    .map(Long::parseLong)
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .forEach(ProcessHandle::destroyForcibly);
            // The namespace lives on until its last socket is gone; the pair of interfaces goes at once.
            run("ip", "link", "del", "ha-" + name.substring(PREFIX.length()));
        } catch (IOException e) {
            // There is none, or only a part of one.
        }
        try {
            run("ip", "netns", "del", name);
        } catch (IOException e) {
            // As above.
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", command));
        }
        return output;
    }
}
