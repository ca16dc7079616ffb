package dev.hastack.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What Maven left in a jar. */
public final class Artifact {
    private Artifact() {}

    /**
     * The version of an artifact.
     *
     * @param inside a class of its jar
     * @param name group and artifact, with a slash between
     */
    public static String version(Class<?> inside, String name) {
        try (InputStream file = inside.getResourceAsStream("/META-INF/maven/" + name + "/pom.properties")) {
            Properties properties = new Properties();
            if (file != null) {
                properties.load(file);
            }
            return properties.getProperty("version", "of an unknown version");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the version of " + name, e);
        }
    }
}
