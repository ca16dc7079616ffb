package dev.hastack.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.slf4j.Logger;

/**
 * Elasticsearch's programs, unpacked once per user from the zip that its project publishes for tests.
 *
 * <p>Maven fetches the zip with the testkit, but puts no zip on a class path. It lies in the same repository as the jars
 * that are on it, though: SLF4J's shows where that is. Where a build copies all dependencies into one folder, it lies
 * beside that jar.
 */
final class ElasticsearchBinaries {
    static final String VERSION = "8.19.21";
    /** Names the zip where neither Maven nor Gradle has brought it. */
    static final String PROPERTY = "ha.testkit.elasticsearch";

    private static final String MAIN_JAR = "elasticsearch-" + VERSION + "/lib/elasticsearch-" + VERSION + ".jar";
    private static final String NAME = "elasticsearch-" + VERSION + ".zip";
    private static final String COORDINATES = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:" + VERSION;
    private static final Path IN_REPOSITORY =
            Path.of("org/elasticsearch/distribution/integ-test-zip/elasticsearch", VERSION, NAME);
    /** Of a jar below the root of a repository: {@code org/slf4j/slf4j-api/2.0.20/slf4j-api-2.0.20.jar}. */
    private static final int DEPTH = 5;

    private ElasticsearchBinaries() {}

    /** The folder that holds lib and modules. */
    static Path home() {
        Path zip = named().or(ElasticsearchBinaries::onClassPath)
                .or(ElasticsearchBinaries::besideTheJars)
                .orElseThrow(() -> new IllegalStateException("Elasticsearch's programs (" + NAME
                        + ") are neither on the class path nor in the Maven repository of its jars: add the Maven artifact "
                        + COORDINATES + " of type zip as a test dependency, or name the file by -D" + PROPERTY));
        try {
            // The cache tells versions apart by the main jar's checksum: each copy of the zip has another time.
            var main = URI.create("jar:" + zip.toUri() + "!/" + MAIN_JAR).toURL();
            return new Bundle(main).unpacked("elasticsearch-" + VERSION, (resource, folder) -> unpack(zip, folder));
        } catch (MalformedURLException e) {
            throw new IllegalStateException("no URL can be made of " + zip, e);
        }
    }

    private static Optional<Path> named() {
        Optional<Path> named = Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
        named.filter(zip -> !Files.isRegularFile(zip)).ifPresent(zip -> {
            throw new IllegalStateException("-D" + PROPERTY + "=" + zip + " names no file; it is to be " + NAME);
        });
        return named;
    }

    /** Where Gradle puts it. */
    private static Optional<Path> onClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(entry -> entry.endsWith(NAME))
                .findFirst();
    }

    private static Optional<Path> besideTheJars() {
        var source = Logger.class.getProtectionDomain().getCodeSource();
        if (source == null || !source.getLocation().getProtocol().equals("file")) {
            return Optional.empty();
        }
        try {
            Path jar = Path.of(source.getLocation().toURI());
            return Stream.of(repository(jar).resolve(IN_REPOSITORY), jar.resolveSibling(NAME))
                    .filter(Files::isRegularFile)
                    .findFirst();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("no path can be made of " + source.getLocation(), e);
        }
    }

    private static Path repository(Path jar) {
        Path at = jar;
        for (int level = 0; level < DEPTH && at.getParent() != null; level++) {
            at = at.getParent();
        }
        return at;
    }

    private static void unpack(Path archive, Path folder) throws IOException {
        try (var zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path name = Path.of(entry.getName());
                if (name.getNameCount() == 1) {
                    continue;
                }
                Path inside = name.subpath(1, name.getNameCount()).normalize();
                Path path = folder.resolve(inside);
                if (inside.isAbsolute() || inside.startsWith("..")) {
                    throw new IOException("the archive holds a path outside of itself: " + entry.getName());
                }
                if (isNeedless(inside)) {
                    continue;
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.resolveSibling(""));
                    Files.copy(zip, path);
                }
            }
        }
        try (var all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                String permissions = Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--";
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The tracing agent, which would take a twelfth of each start. */
    private static boolean isNeedless(Path path) {
        return path.startsWith("modules/apm");
    }
}
