package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Where this JVM and all of its descendants listen for TCP, as Linux's kernel says: also what nobody was told of. */
final class ListeningSockets {
    private static final String LISTEN = "0A";

    private ListeningSockets() {}

    static List<InetAddress> addresses() {
        Set<String> own = new HashSet<>();
        Stream.concat(
                        Stream.of(ProcessHandle.current()),
                        ProcessHandle.current().descendants())
                .forEach(process -> addSockets(process.pid(), own));
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(table -> lines(Path.of(table)))
                .map(line -> line.trim().split("\\s+"))
                .filter(socket -> socket.length > 9 && socket[3].equals(LISTEN) && own.contains(socket[9]))
                .map(socket -> address(socket[1].substring(0, socket[1].indexOf(':'))))
                .toList();
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.exists(table) ? Files.readAllLines(table).stream() : Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds the inodes of the sockets that a process has open. */
    private static void addSockets(long pid, Set<String> inodes) {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            files.forEach(file -> {
                try {
                    String target = Files.readSymbolicLink(file).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (IOException e) {
                    // Closed meanwhile.
                }
            });
        } catch (IOException e) {
            // It has ended meanwhile.
        }
    }

    /** The kernel writes words of four bytes, each in the order of the machine: here, the last one first. */
    private static InetAddress address(String hexadecimal) {
        byte[] swapped = HexFormat.of().parseHex(hexadecimal);
        byte[] bytes = new byte[swapped.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = swapped[i / 4 * 4 + 3 - i % 4];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
