package dev.hastack.postgres;

import static dev.hastack.postgres.Stacks.execute;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every method of {@link Connection}, alone and after every setter, on a connection of {@link HaPostgres#dataSource} and on one
 * of the driver's own: before the first statement, within a transaction, and closed. What they answer, how they fail, and what
 * they have done to the session is the same.
 */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = "main"))
class ConnectionParityIT {
    /** What the two may differ in, since JDBC asks for it, or since it is the wrapper itself that is asked for. */
    private static final Map<String, String> DIFFERENT = Map.of(
            "closed setTypeMap", "the driver lets it pass",
            "closed setTypeMap null", "the driver lets it pass",
            "closed createClob", "the driver makes one of no connection",
            "closed unwrap", "a wrapper needs no connection for that",
            "closed isWrapperFor", "a wrapper needs no connection for that",
            "BEFORE_IN_TRANSACTION setSchema pg_catalog, rollback", "HikariCP answers getSchema by what it was told",
            "WITHIN setSchema pg_catalog, rollback", "HikariCP answers getSchema by what it was told");

    private static final Set<String> CHANGES = Set.of(
            "setReadOnly true",
            "setReadOnly false",
            "setAutoCommit true",
            "setAutoCommit false",
            "setTransactionIsolation 8",
            "setTransactionIsolation 3",
            "setHoldability 1",
            "setHoldability 0",
            "setNetworkTimeout -1",
            "setNetworkTimeout 5000",
            "setSchema null",
            "setSchema pg_catalog",
            "setClientInfo name",
            "setSavepoint",
            "commit",
            "rollback");

    private final PostgresCluster cluster;
    private final List<String> differences = new ArrayList<>();

    ConnectionParityIT(PostgresCluster cluster) {
        this.cluster = cluster;
    }

    private record Call(String name, Method method, List<@Nullable Object> arguments) {
        String on(Connection connection) {
            try {
                return value(method.invoke(connection, arguments.toArray()));
            } catch (InvocationTargetException e) {
                return failure(Objects.requireNonNull(e.getCause()));
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        /** One of each kind of those that change something, and of those that are refused. */
        boolean changes() {
            return CHANGES.contains(name);
        }
    }

    private static String value(@Nullable Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value.toString();
        } else if (value instanceof Properties properties) {
            return properties.toString();
        } else if (value instanceof Map<?, ?> map) {
            return new LinkedHashMap<>(map).toString();
        }
        return value == null ? "null" : "something";
    }

    private static String failure(Throwable e) {
        if (e instanceof SQLClientInfoException) {
            return "SQLClientInfoException";
        }
        return e instanceof SQLException sql
                ? "SQLException " + sql.getSQLState()
                : e.getClass().getSimpleName();
    }

    private static List<Call> calls() throws Exception {
        List<Call> calls = new ArrayList<>();
        Executor direct = Runnable::run;
        add(calls, "setReadOnly true", true);
        add(calls, "setReadOnly false", false);
        add(calls, "setAutoCommit true", true);
        add(calls, "setAutoCommit false", false);
        for (int level : new int[] {0, 1, 2, 4, 8, 3, -1}) {
            add(calls, "setTransactionIsolation " + level, level);
        }
        for (int holdability : new int[] {ResultSet.CLOSE_CURSORS_AT_COMMIT, ResultSet.HOLD_CURSORS_OVER_COMMIT, 0}) {
            add(calls, "setHoldability " + holdability, holdability);
        }
        for (int timeout : new int[] {-1, 0, 5000}) {
            add(calls, "setNetworkTimeout " + timeout, direct, timeout);
        }
        for (@Nullable String schema : new @Nullable String[] {null, "pg_catalog", "no_such_schema", "it's"}) {
            add(calls, "setSchema " + schema, schema);
        }
        add(calls, "setCatalog", "other");
        add(calls, "setTypeMap", Map.of("x", String.class));
        add(calls, "setTypeMap null", (Object) null);
        add(calls, "setClientInfo name", "ApplicationName", "told");
        add(calls, "setClientInfo null", "ApplicationName", null);
        add(calls, "setClientInfo unknown", "ClientUser", "u");
        Properties info = new Properties();
        info.setProperty("ApplicationName", "of properties");
        add(calls, "setClientInfo properties", info);
        add(calls, "setClientInfo empty", new Properties());
        add(calls, "setSavepoint");
        add(calls, "setSavepoint named", "s");
        add(calls, "commit");
        add(calls, "rollback");
        add(calls, "rollback null", (Object) null);
        add(calls, "releaseSavepoint null", (Object) null);
        add(calls, "isValid 1", 1);
        add(calls, "isValid -1", -1);
        add(calls, "getClientInfo", "ApplicationName");
        add(calls, "getClientInfo unknown", "ClientUser");
        add(calls, "getClientInfo");
        add(calls, "nativeSQL", "SELECT {d '2020-01-01'}");
        add(calls, "createStatement");
        add(calls, "createStatement scroll", ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
        add(calls, "createStatement hold", 1003, 1007, ResultSet.HOLD_CURSORS_OVER_COMMIT);
        add(calls, "prepareStatement", "SELECT 1");
        add(calls, "prepareStatement scroll", "SELECT 1", 1004, 1007);
        add(calls, "prepareStatement hold", "SELECT 1", 1003, 1007, 1);
        add(calls, "prepareStatement keys", "SELECT 1", Statement.RETURN_GENERATED_KEYS);
        add(calls, "prepareStatement columns", "SELECT 1", new int[] {1});
        add(calls, "prepareStatement names", "SELECT 1", new String[] {"a"});
        add(calls, "prepareCall", "{call now()}");
        add(calls, "prepareCall scroll", "{call now()}", 1004, 1007);
        add(calls, "prepareCall hold", "{call now()}", 1003, 1007, 1);
        add(calls, "createArrayOf", "int4", new Object[] {1});
        add(calls, "createArrayOf unknown", "no_such_type", new Object[] {1});
        add(calls, "createStruct", "t", new Object[] {1});
        add(calls, "unwrap", Connection.class);
        add(calls, "isWrapperFor", Connection.class);
        add(calls, "abort null", (Object) null);
        for (String name : List.of(
                "isReadOnly",
                "getAutoCommit",
                "getTransactionIsolation",
                "getHoldability",
                "getNetworkTimeout",
                "getSchema",
                "getCatalog",
                "getTypeMap",
                "getWarnings",
                "clearWarnings",
                "getMetaData",
                "createClob",
                "createBlob",
                "createNClob",
                "createSQLXML",
                "isClosed",
                "beginRequest",
                "endRequest",
                "close")) {
            add(calls, name);
        }
        return calls;
    }

    private static void add(List<Call> calls, String name, @Nullable Object... arguments) {
        String method = name.contains(" ") ? name.substring(0, name.indexOf(' ')) : name;
        calls.add(new Call(
                name,
                Arrays.stream(Connection.class.getMethods())
                        .filter(m -> m.getName().equals(method) && accepts(m, arguments))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(name)),
                Arrays.asList(arguments)));
    }

    private static boolean accepts(Method method, @Nullable Object[] arguments) {
        Class<?>[] types = method.getParameterTypes();
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            @Nullable Object argument = arguments[i];
            boolean fits = argument == null
                    ? !types[i].isPrimitive()
                    : types[i].isInstance(argument)
                            || (types[i] == int.class && argument instanceof Integer)
                            || (types[i] == boolean.class && argument instanceof Boolean);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private enum State {
        BEFORE {
            @Override
            void prepare(Connection connection) {}
        },
        BEFORE_IN_TRANSACTION {
            @Override
            void prepare(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
            }
        },
        WITHIN {
            @Override
            void prepare(Connection connection) throws SQLException {
                connection.setAutoCommit(false);
                execute(connection, "SELECT 1");
            }
        },
        AFTER {
            @Override
            void prepare(Connection connection) throws SQLException {
                WITHIN.prepare(connection);
                connection.commit();
                connection.setAutoCommit(true);
            }
        },
        CLOSED {
            @Override
            void prepare(Connection connection) throws SQLException {
                connection.close();
            }
        };

        abstract void prepare(Connection connection) throws SQLException;
    }

    @Test
    void every_method_is_tried() throws Exception {
        List<Method> tried = calls().stream().map(Call::method).toList();
        assertThat(Arrays.stream(Connection.class.getMethods())
                        .filter(method -> !tried.contains(method))
                        .map(Method::getName))
                .as("JDBC's own default methods refuse these")
                .containsOnly("setShardingKey", "setShardingKeyIfValid");
    }

    @Test
    void each_method_in_each_state_and_after_each_setter_does_what_the_drivers_own_does() throws Exception {
        // The driver's own, named as ha-stack names its connections.
        Properties properties = new Properties();
        properties.setProperty("user", cluster.layout().username());
        properties.setProperty("password", cluster.layout().password());
        try (HaStack stack = Stacks.ready(
                cluster, Map.of("ha.postgres.pool.max-size", "1", "ha.postgres.reads.prefer", "primary"))) {
            HaPostgres postgres = stack.get(HaPostgres.class);
            properties.setProperty("ApplicationName", Stacks.query(postgres.primary(), "SHOW application_name"));
            List<Call> calls = calls();
            List<Call> setters = calls.stream().filter(Call::changes).toList();
            for (State state : State.values()) {
                for (Call call : calls) {
                    compare(state, List.of(call), postgres, properties);
                }
                if (state != State.CLOSED) {
                    for (Call setter : setters) {
                        for (Call call : calls) {
                            compare(state, List.of(setter, call), postgres, properties);
                        }
                    }
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    private void compare(State state, List<Call> sequence, HaPostgres postgres, Properties properties)
            throws SQLException {
        List<String> own;
        try (Connection connection = postgres.dataSource().getConnection()) {
            own = run(state, sequence, connection);
        }
        List<String> drivers;
        try (Connection connection =
                DriverManager.getConnection(cluster.node("main").jdbcUrl(), properties)) {
            drivers = run(state, sequence, connection);
        }
        String what = state + " "
                + String.join(", ", sequence.stream().map(Call::name).toList());
        if (!own.equals(drivers) && !DIFFERENT.containsKey(what.replace("CLOSED", "closed"))) {
            differences.add(what + ": ha-stack " + own + ", the driver " + drivers);
        }
    }

    /** What each call gave, and what the session is like after that. */
    private static List<String> run(State state, List<Call> sequence, Connection connection) throws SQLException {
        state.prepare(connection);
        List<String> results = new ArrayList<>();
        for (Call call : sequence) {
            results.add(call.on(connection));
        }
        if (connection.isClosed()) {
            return results;
        }
        results.add("autoCommit " + connection.getAutoCommit());
        results.add("readOnly " + connection.isReadOnly());
        results.add("holdability " + connection.getHoldability());
        results.add("networkTimeout " + connection.getNetworkTimeout());
        results.add("warnings " + (connection.getWarnings() != null));
        results.add(statement(
                connection,
                "SELECT concat_ws(' ', current_setting('transaction_isolation'),"
                        + " current_setting('search_path'), current_setting('application_name'),"
                        + " current_setting('transaction_read_only'))"));
        results.add("isolation " + connection.getTransactionIsolation());
        results.add("schema " + connection.getSchema());
        return results;
    }

    private static String statement(Connection connection, String sql) {
        try {
            return Stacks.query(connection, sql);
        } catch (SQLException e) {
            return failure(e);
        }
    }
}
