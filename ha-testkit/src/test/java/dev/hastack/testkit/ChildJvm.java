package dev.hastack.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Another JVM on the class path of the tests. */
public final class ChildJvm {
    private ChildJvm() {}

    /** The class path of the tests, without JUnit. */
    public static String classPathWithoutJUnit() {
        // Surefire starts its JVM with a single jar that names all others.
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*[/\\\\](junit|opentest4j|apiguardian)[^/\\\\]*\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    public static Process start(String classPath, String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-cp", classPath));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
