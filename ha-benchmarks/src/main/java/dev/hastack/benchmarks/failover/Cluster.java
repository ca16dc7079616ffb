package dev.hastack.benchmarks.failover;

import dev.hastack.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The cluster of every round: a primary, its synchronous standby, and a replica for reads. */
final class Cluster {
    static final String PRIMARY = "main";
    static final String STANDBY = "standby";
    private static final String REPLICA = "delivery";

    private Cluster() {}

    static PostgresCluster start() {
        return PostgresCluster.builder()
                .node(PRIMARY)
                .node(STANDBY)
                .node(REPLICA)
                .synchronous(STANDBY)
                .start();
    }

    /** Gives the next round what the first one had. */
    static void reset(PostgresCluster cluster) throws SQLException {
        cluster.heal();
        try (Connection connection = connect(cluster, PRIMARY);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS written");
            statement.execute("CREATE TABLE written (id bigint PRIMARY KEY)");
        }
    }

    /** What is stored at this node. */
    static Set<Long> written(PostgresCluster cluster, String node) throws SQLException {
        Set<Long> ids = new HashSet<>();
        try (Connection connection = connect(cluster, node);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM written")) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    private static Connection connect(PostgresCluster cluster, String node) throws SQLException {
        return DriverManager.getConnection(cluster.node(node).jdbcUrl(), username(cluster), password(cluster));
    }

    static String username(PostgresCluster cluster) {
        return property(cluster.properties(), "ha.postgres.username");
    }

    static String password(PostgresCluster cluster) {
        return property(cluster.properties(), "ha.postgres.password");
    }

    static String database(PostgresCluster cluster) {
        return property(cluster.properties(), "ha.postgres.database");
    }

    private static String property(Map<String, String> properties, String key) {
        return Objects.requireNonNull(properties.get(key), key);
    }
}
