package dev.hastack.examples.demo;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** The stores of the platform: one PostgreSQL cluster, whose standby is synchronous, and whose operator the demo is. */
final class Stores implements AutoCloseable {

    static final String MAIN = "main";
    static final String STANDBY = "standby";
    static final String DELIVERY = "delivery";

    private final PostgresCluster postgres;

    private Stores(PostgresCluster postgres) {
        this.postgres = postgres;
    }

    /** Starts them; returns when replication runs. */
    static Stores start() {
        Stores stores = new Stores(PostgresCluster.builder()
                .node(MAIN)
                .node(STANDBY)
                .node(DELIVERY)
                .synchronous(STANDBY)
                .start());
        try {
            stores.grantStatistics();
            return stores;
        } catch (SQLException e) {
            stores.close();
            throw new IllegalStateException("the database user could not be given its rights: " + e.getMessage(), e);
        }
    }

    /** With it, ha-stack sees at once which timeline a replica follows, and not only after its next checkpoint. */
    private void grantStatistics() throws SQLException {
        try (Connection main = postgres.node(MAIN).superuser();
                Statement statement = main.createStatement()) {
            statement.execute("GRANT pg_read_all_stats TO " + property("username"));
        }
    }

    /** What {@code stack.properties} takes from the environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PG_DATABASE", property("database"));
        environment.put("PG_USERNAME", property("username"));
        environment.put("PG_PASSWORD", property("password"));
        environment.put("PG_MAIN", postgres.node(MAIN).address());
        environment.put("PG_STANDBY", postgres.node(STANDBY).address());
        environment.put("PG_DELIVERY", postgres.node(DELIVERY).address());
        return environment;
    }

    private String property(String name) {
        return postgres.properties().getOrDefault("ha.postgres." + name, "");
    }

    PostgresNode node(String id) {
        return postgres.node(id);
    }

    /** Undoes every fault and every promotion, and keeps all data. */
    void heal() {
        postgres.heal();
    }

    /** A connection to the present primary, past all servers and past ha-stack. */
    Connection connectToPrimary() throws SQLException {
        return DriverManager.getConnection(postgres.primary().jdbcUrl(), property("username"), property("password"));
    }

    @Override
    public void close() {
        postgres.close();
    }
}
