package dev.hastack.benchmarks.lab.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.hastack.benchmarks.lab.round.Session;
import java.util.function.Consumer;

/** Two of HikariCP's pools of one client, for writes and for reads. */
record HikariPools(HikariDataSource writes, HikariDataSource reads) {

    static HikariPools open(PostgresServers servers, String writes, String reads, Consumer<HikariConfig> tuning) {
        return new HikariPools(pool(servers, writes, tuning), pool(servers, reads, tuning));
    }

    private static HikariDataSource pool(PostgresServers servers, String url, Consumer<HikariConfig> tuning) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(servers.cluster().layout().username());
        config.setPassword(servers.cluster().layout().password());
        tuning.accept(config);
        return new HikariDataSource(config);
    }

    /** A session straight on the pools. */
    Session session() {
        return new SqlSession(writes, reads, SqlSession::isConnectionError, this::renew, this::close);
    }

    void renew() {
        writes.getHikariPoolMXBean().softEvictConnections();
        reads.getHikariPoolMXBean().softEvictConnections();
    }

    void close() {
        writes.close();
        reads.close();
    }
}
