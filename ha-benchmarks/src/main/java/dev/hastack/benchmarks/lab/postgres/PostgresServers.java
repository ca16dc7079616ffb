package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.util.HostSpec;

/**
 * A primary, its synchronous standby, and a replica for reads.
 *
 * @param proxied whether clients reach them through the testkit's proxies
 * @param maxLag what the fault asks of a client that can be told how stale a read may be
 */
public record PostgresServers(PostgresCluster cluster, boolean proxied, Optional<Duration> maxLag) implements Servers {

    /**
     * Starts them; returns when they are whole.
     *
     * @param settings of postgresql.conf
     */
    public static PostgresServers start(Map<String, String> settings) {
        PostgresCluster.Builder builder = PostgresCluster.builder()
                .node("main")
                .node("standby")
                .node("delivery")
                .synchronous("standby");
        settings.forEach(builder::setting);
        return new PostgresServers(builder.start(), false, Optional.empty());
    }

    public PostgresNode main() {
        return cluster.node("main");
    }

    public PostgresNode standby() {
        return cluster.node("standby");
    }

    public PostgresNode delivery() {
        return cluster.node("delivery");
    }

    public PostgresServers throughProxies() {
        return new PostgresServers(cluster, true, maxLag);
    }

    public PostgresServers withMaxLag(Duration lag) {
        return new PostgresServers(cluster, proxied, Optional.of(lag));
    }

    /** Where clients reach a node. */
    HostSpec host(PostgresNode node) {
        return new HostSpec("127.0.0.1", proxied ? node.proxied().port() : node.port());
    }

    /** In ha-stack's keys. */
    Map<String, String> properties() {
        Map<String, String> properties =
                new LinkedHashMap<>(proxied ? cluster.proxiedProperties() : cluster.properties());
        maxLag.ifPresent(lag -> properties.put("ha.postgres.reads.max-lag", lag.toMillis() + "ms"));
        return properties;
    }

    /** All hosts and the database, as they stand in a URL of the driver. */
    String hosts() {
        return cluster.nodes().stream()
                .map(node -> host(node).toString())
                .collect(Collectors.joining(",", "//", "/" + cluster.layout().database()));
    }

    @Override
    public void reset() throws SQLException {
        cluster.heal();
        try (Connection connection = main().superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS written");
            statement.execute("CREATE TABLE written (id bigint PRIMARY KEY)");
            statement.execute("ALTER TABLE written OWNER TO " + cluster.layout().username());
        }
    }

    /** Promotes the standby, and nothing else. */
    Fault.Moments promote(long struck) throws Exception {
        Set<Long> before = written(standby(), 0);
        return new Fault.Moments(struck, OptionalLong.of(Promotion.of(standby())), before);
    }

    /** {@link #promoteAndFollow()}, for the record. */
    Fault.Moments promoteAndFollow(long struck) throws Exception {
        Set<Long> before = written(standby(), 0);
        return new Fault.Moments(struck, OptionalLong.of(promoteAndFollow()), before);
    }

    /**
     * Gives the standby's promotion up: that is stopped, main starts as it was, and the others give up their data for main's.
     *
     * @return when the last one follows, and what main had until then
     */
    Fault.Moments goBack(long struck) throws Exception {
        standby().stop();
        main().commitAlone();
        main().start();
        standby().rejoin(main());
        delivery().rejoin(main());
        long follows = System.nanoTime();
        return new Fault.Moments(struck, OptionalLong.of(follows), written(main(), 0));
    }

    /**
     * Promotes the standby, and sends delivery after it if that can follow.
     *
     * @return when the standby accepted writes, or a little earlier, as {@link System#nanoTime()}
     */
    public long promoteAndFollow() throws Exception {
        boolean follows = !deliveryIsAhead();
        long writable = Promotion.of(standby());
        if (follows) {
            delivery().follow(standby());
        }
        return writable;
    }

    /**
     * Whether the replica holds more of the old primary than the standby: nothing makes that send to its synchronous standby
     * first. Such a replica cannot follow, and an operator would look before sending it into a loop.
     */
    private boolean deliveryIsAhead() throws SQLException {
        String position = standby().query("SELECT pg_last_wal_receive_lsn()");
        return "t".equals(delivery().query("SELECT pg_last_wal_receive_lsn() > '" + position + "'"));
    }

    @Override
    public Stored stored() throws SQLException {
        return stored(0);
    }

    /** {@link #stored()} of the ids above this one. */
    public Stored stored(long above) throws SQLException {
        PostgresNode newest = cluster.primary();
        Set<Long> primary = written(newest, above);
        Set<Long> onlyStale = new HashSet<>();
        for (PostgresNode node : cluster.nodes()) {
            if (node != newest && node.isPrimary()) {
                onlyStale.addAll(written(node, above));
            }
        }
        onlyStale.removeAll(primary);
        return new Stored(primary, onlyStale);
    }

    private static Set<Long> written(PostgresNode node, long above) throws SQLException {
        Set<Long> ids = new HashSet<>();
        try (Connection connection = node.superuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM written WHERE id > " + above)) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
