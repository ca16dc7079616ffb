package dev.hastack.testkit;

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
import org.jspecify.annotations.Nullable;

/**
 * A store's programs as a resource on the class path, and their copy on disk: one per user and version, kept for later
 * runs.
 */
record Bundle(URL resource) {

    /** Puts the content of a resource into an empty folder, with the permissions that other users need. */
    @FunctionalInterface
    interface Unpacking {
        void unpack(URL resource, Path folder) throws IOException;
    }

    /** What {@code byProcessor} has for this machine's os.arch. */
    static String[] forThisMachine(String store, Map<String, String[]> byProcessor) {
        String system = System.getProperty("os.name");
        String processor = System.getProperty("os.arch");
        String[] names = byProcessor.get(processor);
        if (!system.equals("Linux") || names == null) {
            throw new IllegalStateException(store + " as processes runs on Linux with amd64 or aarch64, and this is "
                    + system + " with " + processor);
        }
        return names;
    }

    static Bundle find(String what, String resource, String coordinates) {
        URL found = lookUp(resource);
        if (found == null) {
            throw new IllegalStateException(what + " (" + resource
                    + ") are not on the class path: add the Maven artifact " + coordinates + " as a test dependency");
        }
        return new Bundle(found);
    }

    private static @Nullable URL lookUp(String resource) {
        URL found = Bundle.class.getResource("/" + resource);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return found == null && context != null ? context.getResource(resource) : found;
    }

    /** The folder with the unpacked programs. */
    Path unpacked(String name, Unpacking unpacking) {
        try {
            Path target = Folders.cache().resolve(name + "-" + version());
            if (Files.isDirectory(target)) {
                return target;
            }
            // Beside the servers, so that an interrupted attempt is removed with them.
            Path attempt = Files.createTempDirectory(Watchdog.get().folder(), "unpack-");
            unpacking.unpack(resource, attempt);
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
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + resource, e);
        }
    }

    /** What changes with the content: the checksum that its jar states. */
    private String version() throws IOException {
        var connection = resource.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return Long.toHexString(jar.getJarEntry().getCrc());
        }
        return Long.toString(connection.getContentLengthLong()) + "-" + connection.getLastModified();
    }
}
