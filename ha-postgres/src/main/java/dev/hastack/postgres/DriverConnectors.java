package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.ShownSecret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.util.HostSpec;

/**
 * Makes physical connections with pgjdbc, over sockets of ours. Goes to the driver's own class of connection, and not through
 * {@link java.sql.DriverManager}, whose login timeout would start a thread for each. Thread-safe.
 */
final class DriverConnectors implements Connectors {
    private final PostgresConfig config;
    private final String applicationName;
    private final PostgresTls tls;

    /**
     * @param applicationName as the server shows it, unless the configuration names one
     * @throws IllegalArgumentException if the driver would not take a property as it is meant, or a file of {@code tls} cannot be used
     */
    DriverConnectors(PostgresConfig config, String applicationName) {
        // The loader has asked already; a program that makes the record itself gets the same answer.
        new PgjdbcProperties().check(config.properties());
        this.config = config;
        this.applicationName = applicationName;
        this.tls = new PostgresTls(config);
    }

    @Override
    public Connector to(String node, String socketsKey, Map<PGProperty, String> defaults) {
        PostgresConfig.Node configured = config.nodes().get(node);
        if (configured == null) {
            throw new IllegalArgumentException("no such node: " + node);
        }
        Properties properties = properties(socketsKey, defaults);
        String url = "jdbc:postgresql://" + configured.address() + "/"
                + URLEncoder.encode(config.database(), StandardCharsets.UTF_8);
        HostSpec host =
                new HostSpec(configured.address().host(), configured.address().port());
        ShownSecret password = new ShownSecret(config.password());
        return new Connector() {
            @Override
            public Connection connect(Runnable returned) throws SQLException {
                try {
                    return login(host, url, with(properties, password.show()), returned);
                } catch (SQLException e) {
                    if (PostgresErrors.refusesLogin(e) && password.renewed()) {
                        return login(host, url, with(properties, password.show()), returned);
                    }
                    throw tls.explained(e);
                }
            }

            @Override
            public boolean renewed() {
                return password.renewed();
            }
        };
    }

    private static Properties with(Properties properties, Optional<String> password) {
        Properties all = new Properties();
        all.putAll(properties);
        password.ifPresent(value -> PGProperty.PASSWORD.set(all, value));
        return all;
    }

    private Connection login(HostSpec host, String url, Properties properties, Runnable returned) throws SQLException {
        // The driver may sit in a class loader above ours, that of a server say, and must find our socket factory.
        Thread thread = Thread.currentThread();
        ClassLoader callers = thread.getContextClassLoader();
        thread.setContextClassLoader(NodeSocketFactory.class.getClassLoader());
        try {
            Properties parsed = Driver.parseURL(url, properties);
            if (parsed == null) {
                throw new SQLException("the PostgreSQL driver does not accept " + url, "08001");
            }
            Connection connection = tls.login(() -> new NodeConnection(host, parsed, url, returned));
            connection.setNetworkTimeout(Runnable::run, socketTimeoutMillis(config));
            return connection;
        } finally {
            thread.setContextClassLoader(callers);
        }
    }

    private Properties properties(String socketsKey, Map<PGProperty, String> defaults) {
        Properties p = new Properties();
        PGProperty.APPLICATION_NAME.set(p, applicationName);
        PGProperty.TCP_KEEP_ALIVE.set(p, true);
        // The driver counts both in whole seconds, and reads 0 as for ever.
        PGProperty.CONNECT_TIMEOUT.set(p, seconds(config.connectTimeout()));
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(p, seconds(config.connectTimeout()));
        defaults.forEach((key, value) -> key.set(p, value));
        p.putAll(config.properties());
        tls.set(p);
        if (!config.writable()) {
            // What slips past the gate, a replica's connection that outlives its promotion say, the server refuses.
            String options = PGProperty.OPTIONS.getOrDefault(p);
            PGProperty.OPTIONS.set(p, (options == null ? "" : options + " ") + "-c default_transaction_read_only=on");
        }
        // The driver's connect timeout ends with TCP; this bounds the handshakes that follow, and is lifted after them.
        PGProperty.SOCKET_TIMEOUT.set(p, seconds(config.connectTimeout()));
        PGProperty.USER.set(p, config.username());
        PGProperty.SOCKET_FACTORY.set(p, NodeSocketFactory.class.getName());
        PGProperty.SOCKET_FACTORY_ARG.set(p, socketsKey);
        // Since pgjdbc 42.7.14; by name, for the sake of older ones, which look beside themselves only.
        p.setProperty("classLoaderStrategy", "context-first");
        return p;
    }

    /** What the configuration has for {@code socketTimeout}, in seconds; the driver reads none as for ever. */
    static int socketTimeoutMillis(PostgresConfig config) throws SQLException {
        String seconds = config.properties().getOrDefault(PGProperty.SOCKET_TIMEOUT.getName(), "0");
        try {
            return Math.multiplyExact(Integer.parseInt(seconds), 1000);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new SQLException(
                    "ha.postgres.properties.socketTimeout = \"" + seconds + "\": expected a number of seconds",
                    "22023",
                    e);
        }
    }

    private static int seconds(Duration duration) {
        return (int) Math.max(1, duration.plusMillis(999).toSeconds());
    }
}
