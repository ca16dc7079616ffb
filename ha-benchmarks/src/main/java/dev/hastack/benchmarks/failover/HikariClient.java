package dev.hastack.benchmarks.failover;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import java.util.stream.Collectors;

/** HikariCP over the PostgreSQL driver's own failover: a URL with all hosts. */
record HikariClient() implements Client {
    private static final String PARAMETERS = "?targetServerType=primary&tcpKeepAlive=true&socketTimeout=30";

    @Override
    public String name() {
        return "HikariCP";
    }

    @Override
    public String configuration() {
        return "one pool over jdbc:postgresql://main,standby,delivery/cms" + PARAMETERS
                + ", all else left at its defaults";
    }

    @Override
    public Connected open(PostgresCluster cluster) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(cluster.nodes().stream()
                .map(PostgresNode::address)
                .collect(Collectors.joining(",", "jdbc:postgresql://", "/" + Cluster.database(cluster) + PARAMETERS)));
        config.setUsername(Cluster.username(cluster));
        config.setPassword(Cluster.password(cluster));
        HikariDataSource pool = new HikariDataSource(config);
        return new Inserts(pool, pool::close);
    }
}
