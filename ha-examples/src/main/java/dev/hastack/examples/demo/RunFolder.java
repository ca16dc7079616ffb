package dev.hastack.examples.demo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a run keeps its logs: {@code target/demo/logs-<pid>} in the module's directory. They stay until the next run, so
 * that one can read them; a run removes those of runs that are over.
 */
final class RunFolder {

    private static final String PREFIX = "logs-";

    /** The directory of this module; {@code ./demo} says where, and a test runs in it. */
    static final Path HOME = Path.of(System.getProperty("demo.home", "")).toAbsolutePath();

    /** The logs of this run. */
    static final Path LOGS =
            HOME.resolve("target/demo").resolve(PREFIX + ProcessHandle.current().pid());

    private RunFolder() {}

    /** Makes it anew. */
    static Path prepare() throws IOException {
        Files.createDirectories(LOGS);
        try (DirectoryStream<Path> runs = Files.newDirectoryStream(LOGS.resolveSibling(""), PREFIX + "*")) {
            for (Path run : runs) {
                if (!run.equals(LOGS) && isOver(run)) {
                    delete(run);
                }
            }
        }
        return LOGS;
    }

    private static boolean isOver(Path run) {
        try {
            long pid = Long.parseLong(run.getFileName().toString().substring(PREFIX.length()));
            return ProcessHandle.of(pid).isEmpty();
        } catch (NumberFormatException e) {
            return false; // not ours
        }
    }

    private static void delete(Path run) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(run)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(run);
    }
}
