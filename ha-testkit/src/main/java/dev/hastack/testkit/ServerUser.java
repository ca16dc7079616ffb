package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The operating-system user that servers run as: the user of the JVM, or {@code nobody} where that is root, since
 * PostgreSQL refuses to run as root.
 *
 * @param uid the user's number
 * @param prefix what to put before a command so that it runs as this user
 */
record ServerUser(int uid, List<String> prefix) {
    private static final int NOBODY = 65534;

    static final ServerUser CURRENT = find();

    private static ServerUser find() {
        int own = ownUid();
        if (own != 0) {
            return new ServerUser(own, List.of());
        }
        int uid = NOBODY;
        int gid = NOBODY;
        try (var lines = Files.lines(Path.of("/etc/passwd"))) {
            var nobody = lines.filter(line -> line.startsWith("nobody:")).findFirst();
            if (nobody.isPresent()) {
                String[] fields = nobody.get().split(":", -1);
                uid = Integer.parseInt(fields[2]);
                gid = Integer.parseInt(fields[3]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /etc/passwd to find the user nobody, as which servers run", e);
        }
        return new ServerUser(
                uid, List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--inh-caps=-all"));
    }

    /** The number of the JVM's own user. */
    static int ownUid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self: servers as processes need Linux", e);
        }
    }

    /** Whether the servers' user is another than the JVM's. */
    boolean isOther() {
        return !prefix.isEmpty();
    }

    List<String> command(List<String> command) {
        var whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /** Makes the servers' user the owner of {@code path}. */
    void own(Path path) throws IOException {
        if (isOther()) {
            var principals = path.getFileSystem().getUserPrincipalLookupService();
            Files.setOwner(path, principals.lookupPrincipalByName(Integer.toString(uid)));
        }
    }

    /** Runs a program to its end in {@code directory}; returns what it printed if its exit status is 0. */
    String run(Path directory, List<String> command) {
        try {
            var process = new ProcessBuilder(command(command))
                    .directory(directory.toFile())
                    .redirectErrorStream(true);
            process.environment().put("LC_ALL", "C");
            var running = process.start();
            running.getOutputStream().close();
            String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = running.waitFor();
            if (status != 0) {
                throw new CommandFailed(command.get(0) + " ended with status " + status + ": " + output, output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0) + " (as root, setpriv of util-linux too)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command.get(0), e);
        }
    }

    /** A program ended with another exit status than 0. */
    static final class CommandFailed extends IllegalStateException {
        private final String output;

        CommandFailed(String message, String output) {
            super(message);
            this.output = output;
        }

        String output() {
            return output;
        }
    }
}
