package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/**
 * Spring's routing by the read-only flag, over the pools of {@link HikariClient#DEFAULT} (<a
 * href="https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/jdbc/datasource/LazyConnectionDataSourceProxy.html">LazyConnectionDataSourceProxy</a>).
 */
record SpringClient() implements Client<PostgresServers, Session> {

    @Override
    public String id() {
        return "spring-lazy";
    }

    @Override
    public String configuration() {
        return "Spring's `LazyConnectionDataSourceProxy` with `setReadOnlyDataSource` over HikariCP, "
                + HikariClient.DEFAULT.description();
    }

    @Override
    public Session open(PostgresServers servers) {
        HikariPools pools = HikariClient.DEFAULT.pools(servers);
        LazyConnectionDataSourceProxy routed = new LazyConnectionDataSourceProxy(pools.writes());
        routed.setReadOnlyDataSource(pools.reads());
        return new SqlSession(routed, new ReadOnly(routed), SqlSession::isConnectionError, pools::renew, pools::close);
    }

    /** Announces each connection as read-only, as Spring's transactions do. */
    private static final class ReadOnly extends DelegatingDataSource {
        ReadOnly(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            connection.setReadOnly(true);
            return connection;
        }
    }
}
