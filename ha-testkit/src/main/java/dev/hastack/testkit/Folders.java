package dev.hastack.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;

/** Where the testkit keeps files. */
final class Folders {
    private Folders() {}

    static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    }

    /** How the names of this user's folders begin. */
    static String prefix() {
        return "ha-testkit-" + ServerUser.ownUid() + "-";
    }

    /** The folder of unpacked programs, kept for this user's next runs. */
    static Path cache() throws IOException {
        Path cache = temporary().resolve(prefix() + "cache");
        // Readable by all, since servers of root run as nobody; writable by its owner alone, since they run what is
        // there.
        var readable = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
        if (!Files.isDirectory(cache)) {
            try {
                Files.createDirectory(cache, readable);
            } catch (java.nio.file.FileAlreadyExistsException e) {
                // Another JVM was faster.
            }
        }
        Object owner = Files.getAttribute(cache, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(ServerUser.ownUid())) {
            throw new IOException(cache + " belongs to user " + owner + ", not to this one; remove it");
        }
        return cache;
    }

    /** Removes a folder and what is in it, also where it vanishes at the same time. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (java.io.UncheckedIOException e) {
            if (!(e.getCause() instanceof NoSuchFileException)) {
                throw e;
            }
        }
    }
}
