package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a connection says of the server and of itself is what the driver's own says. */
@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class MetaDataIT {
    private final PostgresCluster cluster;

    MetaDataIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void every_method_without_arguments_gives_what_the_drivers_own_gives() throws Exception {
        Map<String, String> drivers;
        try (Connection connection = DriverManager.getConnection(
                cluster.node("main").jdbcUrl(),
                cluster.layout().username(),
                cluster.layout().password())) {
            drivers = answers(connection);
        }
        assertThat(drivers).hasSizeGreaterThan(100).containsEntry("getDatabaseProductName", "PostgreSQL");

        try (HaStack stack = Stacks.ready(cluster, Map.of())) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            for (DataSource source : List.of(postgres.dataSource(), postgres.primary())) {
                try (Connection connection = source.getConnection()) {
                    assertThat(answers(connection)).isEqualTo(drivers);
                }
            }
        }
    }

    @Test
    void the_connection_that_it_is_of_leads_to_the_server_that_is_asked() throws Exception {
        try (HaStack stack = Stacks.ready(cluster, Map.of());
                Connection connection = stack.get(HaPostgres.class).dataSource().getConnection()) {
            Connection told = connection.getMetaData().getConnection();

            assertThat(Stacks.query(told, "SELECT pg_backend_pid()"))
                    .isEqualTo(Stacks.query(connection, "SELECT pg_backend_pid()"));
        }
    }

    private static Map<String, String> answers(Connection connection) throws SQLException {
        DatabaseMetaData metaData = connection.getMetaData();
        Map<String, String> answers = new TreeMap<>();
        for (Method method : DatabaseMetaData.class.getMethods()) {
            if (method.getParameterCount() == 0 && !method.getName().equals("getConnection")) {
                answers.put(method.getName(), answer(method, metaData));
            }
        }
        return answers;
    }

    private static String answer(Method method, DatabaseMetaData metaData) throws SQLException {
        try {
            @Nullable Object answer = method.invoke(metaData);
            if (answer instanceof ResultSet rows) {
                try (rows) {
                    return content(rows);
                }
            }
            return String.valueOf(answer);
        } catch (InvocationTargetException e) {
            return "fails: " + e.getCause();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String content(ResultSet rows) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        List<String> content = new ArrayList<>();
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
            row[i] = rows.getMetaData().getColumnName(i + 1);
        }
        content.add(Arrays.toString(row));
        while (rows.next()) {
            for (int i = 0; i < columns; i++) {
                row[i] = String.valueOf(rows.getString(i + 1));
            }
            content.add(Arrays.toString(row));
        }
        return String.join("\n", content);
    }
}
