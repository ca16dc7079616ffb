package dev.hastack.benchmarks.overhead;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import software.amazon.jdbc.ConnectionProvider;
import software.amazon.jdbc.ConnectionProviderManager;
import software.amazon.jdbc.Driver;
import software.amazon.jdbc.DriverConnectionProvider;
import software.amazon.jdbc.HikariPooledConnectionProvider;
import software.amazon.jdbc.ds.AwsWrapperDataSource;

/** The AWS wrapper, which changes to another server's connection when it is told that it will only be read. */
public final class AwsPeer {
    static final String CONFIGURATION = """
            AwsWrapperDataSource, wrapperPlugins=srw, srwWriteEndpoint=main, srwReadEndpoint=replica, \
            verifyNewSrwConnections=false, wrapperDialect=pg, as its manual says for two endpoints outside of AWS, \
            context of exceptions switched off; \
            aws: with its own HikariCP pool for each endpoint, as the manual advises; awsAround: with one HikariCP pool \
            around it""";

    private AwsPeer() {}

    private static DataSource wrapper(Supplier<ConnectionProvider> connections) {
        // It keeps what happened for a minute, to tell it with an exception; so many connections would fill the heap.
        System.setProperty("aws.jdbc.config.exception.context.enabled", "false");
        Driver.setCustomConnectionProvider(connections.get());
        AwsWrapperDataSource wrapper = new AwsWrapperDataSource();
        wrapper.setJdbcUrl(StubDriver.url("main"));
        wrapper.setUser("cms");
        wrapper.setPassword("cms");
        Properties properties = new Properties();
        properties.setProperty("wrapperPlugins", "srw");
        properties.setProperty("wrapperDialect", "pg");
        properties.setProperty("srwWriteEndpoint", "main");
        properties.setProperty("srwReadEndpoint", "replica");
        properties.setProperty("verifyNewSrwConnections", "false");
        wrapper.setTargetDataSourceProperties(properties);
        return wrapper;
    }

    /** With pools within the wrapper. */
    @State(Scope.Benchmark)
    public static class Within {
        final DataSource source = Work.proved(wrapper(() -> new HikariPooledConnectionProvider(
                (host, properties) -> Hikari.tracked(),
                null,
                (host, properties) -> true,
                TimeUnit.MINUTES.toNanos(30),
                TimeUnit.MINUTES.toNanos(10))));

        @TearDown
        public void close() {
            ConnectionProviderManager.releaseResources();
        }
    }

    /** With a pool around the wrapper. */
    @State(Scope.Benchmark)
    public static class Around {
        private final HikariDataSource pool = open();
        final DataSource source = Work.proved(pool);

        private static HikariDataSource open() {
            HikariConfig config = Hikari.tracked();
            config.setDataSource(wrapper(() -> new DriverConnectionProvider(new StubDriver())));
            return new HikariDataSource(config);
        }

        @TearDown
        public void close() {
            pool.close();
        }
    }
}
