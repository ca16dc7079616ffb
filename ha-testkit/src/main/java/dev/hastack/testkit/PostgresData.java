package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The data folder of one node: created, copied from another node, configured, emptied. */
final class PostgresData {
    /** Folders whose content belongs to one running server, and is left out of a copy of it. */
    private static final List<String> OWN_FOLDERS = List.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> OWN_FILES =
            Set.of("postmaster.pid", "postmaster.opts", "standby.signal", "backup_label");

    /**
     * A standby does not start while one of these is lower than in its control file. A copy of a primary that has not run yet has there what
     * {@code initdb} ran with, which were the defaults.
     */
    private static final List<String> COMPARED = List.of(
            "max_connections",
            "max_worker_processes",
            "max_wal_senders",
            "max_prepared_transactions",
            "max_locks_per_transaction");

    private final Path node;
    private final Path data;

    PostgresData(Path node) {
        this.node = node;
        this.data = node.resolve("data");
    }

    Path folder() {
        return data;
    }

    /**
     * Fills the folder as that of a new cluster, of its own system identifier.
     *
     * @param settings those among them that a standby compares with its primary's are in force from the first moment on
     */
    void create(Path binaries, String superuserPassword, Map<String, String> settings) {
        Path password = node.resolve("password");
        write(password, superuserPassword);
        var command = new ArrayList<>(List.of(
                binaries.resolve("bin/initdb").toString(),
                "--pgdata=" + data,
                "--username=" + PostgresAdmin.SUPERUSER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions"));
        COMPARED.stream().filter(settings::containsKey).forEach(name -> {
            command.add("--set");
            command.add(name + "=" + settings.get(name));
        });
        ServerUser.CURRENT.run(node, command);
    }

    /** Replaces the content by that of a server that does not run. */
    void copyStopped(PostgresData source) {
        clear();
        ServerUser.CURRENT.run(node, List.of("cp", "-a", "--reflink=auto", source.data.toString(), data.toString()));
        delete("postmaster.pid");
        delete("postmaster.opts");
    }

    /** Replaces the content by a base backup of a server that runs; its log of changes is left to streaming. */
    void copyRunning(PostgresData source, PostgresAdmin admin) {
        clear();
        try (var connection = admin.connect(PostgresAdmin.SUPERUSER);
                var statement = connection.createStatement()) {
            statement.execute("SELECT pg_backup_start('ha-testkit', true)");
            copyFiles(source.data);
            try (var rows = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                rows.next();
                write(data.resolve("backup_label"), rows.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("no base backup could be taken from " + source.data, e);
        }
    }

    private void copyFiles(Path source) {
        var folders = new ArrayList<>(List.of("mkdir", "-m", "700", data.toString()));
        OWN_FOLDERS.forEach(name -> folders.add(data.resolve(name).toString()));
        ServerUser.CURRENT.run(node, folders);
        var copy = new ArrayList<>(List.of("cp", "-a", "--reflink=auto"));
        try (var entries = Files.list(source)) {
            entries.filter(entry -> {
                        String name = entry.getFileName().toString();
                        return !OWN_FOLDERS.contains(name) && !OWN_FILES.contains(name);
                    })
                    .forEach(entry -> copy.add(entry.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + source, e);
        }
        copy.add(data.toString());
        try {
            ServerUser.CURRENT.run(node, copy);
        } catch (ServerUser.CommandFailed e) {
            // The source runs: files of temporary tables and of dropped ones may vanish under the copy.
            if (!e.output().lines().allMatch(line -> line.endsWith("No such file or directory"))) {
                throw e;
            }
        }
        // Last, so that it is no older than any file that it speaks of.
        ServerUser.CURRENT.run(
                node,
                List.of(
                        "cp",
                        "-a",
                        source.resolve("global/pg_control").toString(),
                        data.resolve("global").toString()));
    }

    /**
     * Writes the configuration anew.
     *
     * @param overTls the role that may log in over TLS only
     * @param upstream the connection string of the node to follow, or null for a primary
     */
    void configure(Map<String, String> settings, Optional<String> overTls, @Nullable String upstream) {
        write(data.resolve("postgresql.conf"), lines(settings));
        write(
                data.resolve("pg_hba.conf"),
                overTls.map(role -> "hostnossl all \"" + role.replace("\"", "\"\"") + "\" 127.0.0.1/32 reject\n")
                                .orElse("")
                        + "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n");
        follow(upstream);
    }

    /** What ALTER SYSTEM writes, for a server that does not run. */
    void follow(@Nullable String upstream) {
        write(
                data.resolve("postgresql.auto.conf"),
                upstream == null ? "" : lines(Map.of("primary_conninfo", upstream)));
        if (upstream == null) {
            delete("standby.signal");
        } else {
            write(data.resolve("standby.signal"), "");
        }
    }

    /** What ALTER SYSTEM SET adds, for a server that cannot be asked. */
    void alter(String setting, String value) {
        Path file = data.resolve("postgresql.auto.conf");
        try {
            write(file, Files.readString(file) + lines(Map.of(setting, value)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static String lines(Map<String, String> settings) {
        return new TreeMap<>(settings)
                .entrySet().stream()
                        .map(setting -> setting.getKey() + " = " + quoted(setting.getValue()) + "\n")
                        .collect(Collectors.joining());
    }

    /** A text between quotes, for SQL and for configuration files alike. */
    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** Whether the server of process {@code pid} accepts connections, by its own word. */
    boolean isReady(long pid) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            return lines.size() >= 8
                    && lines.get(0).equals(Long.toString(pid))
                    && lines.get(7).strip().equals("ready");
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the pid file of " + data, e);
        }
    }

    /** Removes everything, and the small System V segment that a killed server leaves behind. */
    void clear() {
        ServerUser.CURRENT.run(
                node,
                List.of(
                        "sh",
                        "-c",
                        "id=$(sed -n '7s/.* //p' \"$1/postmaster.pid\" 2>/dev/null);"
                                + " [ -z \"$id\" ] || ipcrm -m \"$id\" 2>/dev/null; rm -rf \"$1\"",
                        "clear",
                        data.toString()));
    }

    private void delete(String name) {
        try {
            Files.deleteIfExists(data.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + name + " in " + data, e);
        }
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
            ServerUser.CURRENT.own(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
