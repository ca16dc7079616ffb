package dev.hastack.benchmarks.lab.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.benchmarks.Artifact;
import org.postgresql.util.DriverInfo;
import org.springframework.core.SpringVersion;

/** What is measured, as it says itself. */
final class Versions {
    private Versions() {}

    static String text(String server) {
        return "PostgreSQL " + server + ", pgjdbc " + DriverInfo.DRIVER_VERSION + ", HikariCP "
                + Artifact.version(HikariDataSource.class, "com.zaxxer/HikariCP") + ", AWS Advanced JDBC Wrapper "
                + software.amazon.jdbc.util.DriverInfo.DRIVER_VERSION + ", Spring " + SpringVersion.getVersion();
    }
}
