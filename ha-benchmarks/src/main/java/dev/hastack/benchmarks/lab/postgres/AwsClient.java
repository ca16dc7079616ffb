package dev.hastack.benchmarks.lab.postgres;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.PostgresNode;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import software.amazon.jdbc.PluginServiceImpl;
import software.amazon.jdbc.util.CoreServicesContainer;
import software.amazon.jdbc.util.HikariCPSQLException;

/**
 * The AWS Advanced JDBC Wrapper under HikariCP.
 *
 * <p>Its failover asks the server for the topology, which plain PostgreSQL cannot tell; the <a
 * href="https://github.com/aws/aws-advanced-jdbc-wrapper/blob/main/docs/using-the-jdbc-driver/CompatibilityDatabaseTypes.md">compatibility
 * page</a> lists {@code efm2} alone for community databases. What comes nearest is a static list of hosts (dialect {@code
 * pg}, {@code singleWriterConnectionString}) and the mode {@code reader-or-writer}, which goes to the other hosts of the
 * list: {@code strict-writer} would wait for the first host to come back. Writes list main and standby only, since this mode
 * might settle on delivery for good. Each pool begins with its first host.
 */
record AwsClient() implements Client<PostgresServers, Session> {
    /** A failover logs a lot that is expected here; held, since loggers that nobody holds forget their level. */
    private static final Logger LOGGER = Logger.getLogger("software.amazon.jdbc");

    /** The wrapper resets the monitors of a host by its name without the port: each node needs a name of its own. */
    private static final List<String> LOOPBACKS = List.of("127.0.0.1", "127.0.1", "127.1");

    private static final String PARAMETERS = "?wrapperDialect=pg&wrapperPlugins=failover2,efm2"
            + "&singleWriterConnectionString=true&failoverMode=reader-or-writer&enableConnectFailover=true"
            // The page of the host monitoring plugin: timeouts must be set, as they may wait for ever else.
            + "&failureDetectionTime=1000&failureDetectionInterval=500&failureDetectionCount=2"
            + "&connectTimeout=1000&monitoring-connectTimeout=1000&monitoring-socketTimeout=1000";

    @Override
    public String id() {
        return "aws-wrapper";
    }

    @Override
    public String configuration() {
        return "AWS Advanced JDBC Wrapper under HikariCP with its `HikariCPSQLException`, writes over"
                + " `jdbc:aws-wrapper:postgresql://main,standby/app`, reads over `delivery,standby,main`, both `"
                + PARAMETERS
                + "` and a `clusterId` of its own; its failover plugins are not made for community PostgreSQL (its compatibility page), this is the"
                + " nearest to it that works";
    }

    @Override
    public Session open(PostgresServers servers) {
        LOGGER.setLevel(Level.OFF);
        // It remembers for minutes which hosts failed; a program that starts knows nothing of the last round.
        PluginServiceImpl.clearCache();
        CoreServicesContainer.getInstance().getStorageService().clearAll();
        List<PostgresNode> writes = List.of(servers.main(), servers.standby());
        List<PostgresNode> reads = List.of(servers.delivery(), servers.standby(), servers.main());
        // A program that starts knows nothing of the topology of the last round, which the wrapper keeps by this name.
        long start = System.nanoTime();
        HikariPools pools = HikariPools.open(
                servers,
                url(servers, writes, "writes-" + start),
                url(servers, reads, "reads-" + start),
                pool -> pool.setExceptionOverrideClassName(HikariCPSQLException.class.getName()));
        return new SqlSession(pools.writes(), pools.reads(), SqlSession::isConnectionError, pools::renew, () -> {
            pools.close();
            // Its monitors would go on into the rounds of other clients. Driver.releaseResources() needs AWS's SDK.
            CoreServicesContainer.getInstance().getMonitorService().releaseResources();
        });
    }

    /** Two lists of hosts are two clusters to it, whose topologies it would else mix up. */
    private static String url(PostgresServers servers, List<PostgresNode> hosts, String cluster) {
        return hosts.stream()
                .map(node -> LOOPBACKS.get(servers.cluster().nodes().indexOf(node)) + ":"
                        + servers.host(node).getPort())
                .collect(Collectors.joining(
                        ",",
                        "jdbc:aws-wrapper:postgresql://",
                        "/" + servers.cluster().layout().database() + PARAMETERS + "&clusterId=" + cluster));
    }
}
