package dev.hastack.benchmarks.lab.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.postgresql.util.DriverInfo;
import org.springframework.core.SpringVersion;

/** What is measured, as it says itself. */
final class Versions {
    private Versions() {}

    static String text(String server) {
        return "PostgreSQL " + server + ", pgjdbc " + DriverInfo.DRIVER_VERSION + ", HikariCP "
                + maven("com.zaxxer/HikariCP") + ", AWS Advanced JDBC Wrapper "
                + software.amazon.jdbc.util.DriverInfo.DRIVER_VERSION + ", Spring " + SpringVersion.getVersion();
    }

    /** By what Maven left in the jar. */
    private static String maven(String artifact) {
        try (InputStream file =
                HikariDataSource.class.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            Properties properties = new Properties();
            if (file != null) {
                properties.load(file);
            }
            return properties.getProperty("version", "of an unknown version");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the version of " + artifact, e);
        }
    }
}
