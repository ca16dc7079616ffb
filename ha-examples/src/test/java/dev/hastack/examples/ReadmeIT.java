package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's program, with the README's configuration, runs as a program of its own, and ends. */
@HaStackTest(postgres = @Postgres(nodes = {"db-1", "db-2", "db-3"}))
class ReadmeIT {
    @Test
    void its_program_writes_to_the_primary_and_ends(PostgresCluster cluster, @TempDir Path folder) throws Exception {
        assertThat(ask(cluster, "CREATE TABLE visit (at timestamptz)")).isEmpty();
        Snippet.of(Documents.block("README.md", "java")).compile(folder);
        Files.writeString(folder.resolve("ha-stack.properties"), Documents.block("README.md", "properties"));
        Path password = folder.resolve("password");
        Files.writeString(password, cluster.properties().get("ha.postgres.password"));

        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        cluster.properties().forEach((key, value) -> {
            if (!key.equals("ha.postgres.password")) {
                command.add("-D" + key + "=" + value);
            }
        });
        command.add("-Dha.postgres.password-file=" + password);
        command.addAll(
                List.of("-cp", folder + File.pathSeparator + System.getProperty("java.class.path"), Snippet.PROGRAM));
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(program.waitFor(1, TimeUnit.MINUTES)).as(output).isTrue();
        assertThat(program.exitValue()).as(output).isZero();
        assertThat(ask(cluster, "SELECT count(*) FROM visit")).as(output).contains("1");
    }

    /** As the application's role. */
    private static Optional<String> ask(PostgresCluster cluster, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        cluster.primary().jdbcUrl(),
                        cluster.properties().get("ha.postgres.username"),
                        cluster.properties().get("ha.postgres.password"));
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return Optional.empty();
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }
}
