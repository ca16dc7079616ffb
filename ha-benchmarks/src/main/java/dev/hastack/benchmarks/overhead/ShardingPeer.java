package dev.hastack.benchmarks.overhead;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** ShardingSphere's read-write splitting, which routes by what the statement says, not by {@code setReadOnly}. */
@State(Scope.Benchmark)
public class ShardingPeer {
    static final String CONFIGURATION = """
            rules:
            - !READWRITE_SPLITTING
              dataSourceGroups:
                cms:
                  writeDataSourceName: main
                  readDataSourceNames: [replica]
                  loadBalancerName: random
              loadBalancers:
                random:
                  type: RANDOM
            """;

    final DataSource source;
    private final HikariDataSource main = Hikari.pool(Hikari.tracked(), "main");
    private final HikariDataSource replica = Hikari.pool(Hikari.tracked(), "replica");

    public ShardingPeer() {
        try {
            source = Work.proved(YamlShardingSphereDataSourceFactory.createDataSource(
                    Map.of("main", main, "replica", replica), CONFIGURATION.getBytes(StandardCharsets.UTF_8)));
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("ShardingSphere does not start", e);
        }
    }

    @TearDown
    public void close() throws Exception {
        ((AutoCloseable) source).close();
    }
}
