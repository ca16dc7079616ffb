package dev.hastack.benchmarks.lab.postgres;

import com.zaxxer.hikari.HikariConfig;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import java.time.Duration;
import java.util.Locale;
import org.postgresql.hostchooser.GlobalHostStatusTracker;
import org.postgresql.hostchooser.HostStatus;

/**
 * HikariCP over the driver's own failover: a URL with all hosts, and two pools as the driver's manual shows them
 * (<a href="https://jdbc.postgresql.org/documentation/use/#connection-fail-over">Connection Fail-over</a>).
 */
enum HikariClient implements Client<PostgresServers, Session> {
    /** As the two come. */
    DEFAULT("") {
        @Override
        void tune(HikariConfig pool) {}

        @Override
        String tuning() {
            return "all else left at its defaults";
        }
    },
    /**
     * With every wait short. HikariCP asks for TCP keep-alive and a socket timeout (<a
     * href="https://github.com/brettwooldridge/HikariCP/wiki/Setting-Driver-or-OS-Keepalive">Rapid Recovery</a>); the
     * driver keeps a host's state for hostRecheckSeconds.
     */
    TUNED("&hostRecheckSeconds=1&connectTimeout=1&socketTimeout=2&tcpKeepAlive=true") {
        @Override
        void tune(HikariConfig pool) {
            pool.setConnectionTimeout(SHORT.toMillis());
            pool.setValidationTimeout(SHORT.toMillis());
        }

        @Override
        String tuning() {
            return "HikariCP's `connectionTimeout` and `validationTimeout` 1 s";
        }
    };

    static final String PRIMARY = "?targetServerType=primary";
    static final String SECONDARY = "?targetServerType=preferSecondary&loadBalanceHosts=true";
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final String parameters;

    HikariClient(String parameters) {
        this.parameters = parameters;
    }

    abstract void tune(HikariConfig pool);

    abstract String tuning();

    /** Two pools of this kind over the driver's own failover. */
    HikariPools pools(PostgresServers servers) {
        // The driver keeps what it knows of a host for the whole JVM; a program that starts knows nothing of the last
        // round.
        servers.cluster()
                .nodes()
                .forEach(node -> GlobalHostStatusTracker.reportHostStatus(servers.host(node), HostStatus.ConnectOK));
        String url = "jdbc:postgresql:" + servers.hosts();
        return HikariPools.open(servers, url + PRIMARY + parameters, url + SECONDARY + parameters, this::tune);
    }

    /** In words, for the report. */
    String description() {
        return "two pools over `jdbc:postgresql://main,standby,delivery/app`, writes `" + PRIMARY + parameters
                + "`, reads `" + SECONDARY + parameters + "`; " + tuning();
    }

    @Override
    public String id() {
        return "hikari-" + name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String configuration() {
        return "HikariCP, " + description();
    }

    @Override
    public Session open(PostgresServers servers) {
        return pools(servers).session();
    }
}
