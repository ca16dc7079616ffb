package dev.hastack.core.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One PostgreSQL cluster, under {@code ha.postgres}.
 *
 * @param password absent where the server trusts the client or checks its certificate
 * @param nodes by id, in the order in which the sources name them; at least one
 * @param identity the only system identifier that is accepted; absent: that of the first node that answers
 * @param epochFile where the greatest epoch seen outlives the process; absent: nowhere
 * @param writable whether this stack may write
 * @param tls how connections to the nodes are encrypted; absent: as the driver does by its properties
 * @param properties what is passed to the driver as it is, by the driver's own names
 */
public record PostgresConfig(
        @Doc("The database that every connection is made to.")
        String database,

        @Doc("The user that every connection logs in as.") String username,

        @Doc("The user's password. Leave it out where the server trusts the client or checks its certificate.")
        Optional<Secret> password,

        @Doc("") @Ids(Ids.NODE) Map<String, Node> nodes,

        @Doc("The cluster's system identifier, as pg_controldata prints it. A node with another one is foreign and gets"
                + " no traffic. Unless set, it is learnt from the nodes.")
        Optional<String> identity,

        @Doc(
                "A file in which the greatest epoch seen outlives the process, so that an old primary is fenced after a restart,"
                        + " too, though it may be the only one that answers. Services of one machine may share it. Deleting it forgets"
                        + " the epoch, as is needed after a restore from a backup.")
        Optional<Path> epochFile,

        @Doc("") Reads reads,
        @Doc("") Writes writes,

        @Doc("Whether this stack may write. If not, every write is refused before it reaches a node.") @Default("true")
        boolean writable,

        @Doc("") Pool pool,

        @Doc("How long a connection to a node may take to establish.") @Default("2s")
        Duration connectTimeout,

        @Doc("") Optional<TlsConfig> tls,

        @Doc("Passed to the PostgreSQL driver as it is: `ha.postgres.properties.socketTimeout=30`.") @Ids(Ids.ANY)
        Map<String, String> properties) {

    /** What the driver calls that which {@code tls} says. */
    private static final Set<String> TLS_PROPERTIES = Set.of(
            "ssl",
            "sslmode",
            "sslfactory",
            "sslfactoryarg",
            "sslhostnameverifier",
            "sslrootcert",
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslpasswordcallback");

    public PostgresConfig {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        Rules rules = Rules.start()
                .that(!database.isBlank(), "database", "expected a name")
                .that(!username.isBlank(), "username", "expected a name")
                .that(!nodes.isEmpty(), "nodes", "expected at least one node: set ha.postgres.nodes.<id>.address")
                .ids(nodes.keySet(), Ids.NODE, "nodes")
                .distinct(nodes, Node::address)
                .that(identity.orElse("0").matches("\\d{1,20}"), "identity", "expected a system identifier: a number")
                .that(
                        !writes.requireWitness() || nodes.size() > 1,
                        "writes.require-witness",
                        "expected false, or a second node that can be the witness")
                .timeout(connectTimeout, "connect-timeout");
        for (String name : properties.keySet()) {
            rules.that(!name.equals("user"), "properties." + name, "expected in ha.postgres.username");
            rules.that(!name.equals("password"), "properties." + name, "expected in ha.postgres.password");
            rules.that(
                    tls.isEmpty() || !TLS_PROPERTIES.contains(name),
                    "properties." + name,
                    "expected none beside ha.postgres.tls, which says the same");
        }
        rules.check();
    }

    /** Without credentials: of the driver's properties, which may hold some, only the names. */
    @Override
    public String toString() {
        return "PostgresConfig[database=" + database + ", username=" + username + ", password=" + password + ", nodes="
                + nodes + ", identity=" + identity + ", epochFile=" + epochFile + ", reads=" + reads + ", writes="
                + writes + ", writable="
                + writable + ", pool=" + pool + ", connectTimeout=" + connectTimeout + ", tls=" + tls + ", properties="
                + properties.keySet() + "]";
    }

    /**
     * One server.
     *
     * @param stack whose services read from it first; absent: none in particular
     * @param zone whose services read from it first, of the nodes that are alike in stack; absent: none in particular
     */
    public record Node(
            @Doc("Where the node listens, as host:port; an IPv6 address in brackets. The port is 5432 unless given.")
            @DefaultPort(5432)
            Address address,

            @Doc(Doc.NODE_STACK) Optional<String> stack,

            @Doc(Doc.NODE_ZONE) Optional<String> zone) {
        public Node {
            Rules.start().stack(stack).zone(zone).check();
        }
    }

    /**
     * How reads are routed.
     *
     * @param maxLag the lag beyond which a replica gets no reads
     * @param prefer where reads go
     * @param maxWait how long a read waits for a usable node
     * @param fallback what becomes of a read when no replica is usable
     * @param primaryShare how much of the primary's pool such reads may hold
     */
    public record Reads(
            @Doc(
                    "A replica that lags further behind the primary than this gets no reads until it is within half of it again;"
                            + " while there is no primary, further behind the most advanced replica. At least"
                            + " ha.probe.interval: the lag is known no more precisely.")
            @Default("10s")
            Duration maxLag,

            @Doc("Where reads go while one of these is usable.") @Default("replica")
            ReadPreference prefer,

            @Doc("How long a read waits at the gate for a usable node before it fails; 0s fails at once.")
            @Default("5s")
            @Key("wait")
            Duration maxWait,

            @Doc("What becomes of a read when no replica is usable.") @Default("primary")
            ReadFallback fallback,

            @Doc(
                    "How much of the primary's pool is for reads that fall back to it, so that they cannot crowd out the writes;"
                            + " a read beyond that waits for its turn, at most pool.connection-timeout.")
            @Default("50%")
            Share primaryShare) {
        public Reads {
            Rules.start()
                    .positive(maxLag, "max-lag")
                    .that(
                            primaryShare.percent() > 0,
                            "primary-share",
                            "expected more than 0%; for none, set reads.fallback=none")
                    .atLeast(Duration.ZERO, maxWait, "wait")
                    .check();
        }
    }

    /**
     * How writes are routed.
     *
     * @param maxWait how long a write waits for a primary
     * @param requireWitness whether a primary is written to only while another node confirms it
     * @param abandonedEpoch whether a primary below the greatest epoch is written to once no node has that any more
     */
    public record Writes(
            @Doc(
                    "How long a write waits at the gate for a primary before it fails; 0s fails at once. A failover should fit in.")
            @Default("10s")
            @Key("wait")
            Duration maxWait,

            @Doc(
                    "Whether a primary gets writes only while another node that follows it was heard from lately: then a process that"
                            + " is cut off together with an old primary does not write to it. Costs: with all replicas down,"
                            + " nothing is written.")
            @Default("false")
            boolean requireWitness,

            @Doc(ABANDONED) @Default("adopt") AbandonedEpoch abandonedEpoch) {
        /** Of stores in which epochs order primaries. */
        static final String ABANDONED =
                "What becomes of writes once the greatest epoch seen is one that no node has any more, because a failover was given"
                        + " up or a backup restored: every configured node has answered since, and all follow one primary of an"
                        + " older epoch. They go on there, with a warning of what is gone, or they wait until an operator gives the"
                        + " epoch up (forgetEpoch()). Where one address stands for several servers: refuse.";

        public Writes {
            Rules.start().atLeast(Duration.ZERO, maxWait, "wait").check();
        }
    }

    /**
     * The connection pool of each node.
     *
     * @param minIdle absent: as many as {@code maxSize}; see {@link #warm}
     * @param connectionTimeout how long a caller waits for a free connection
     */
    public record Pool(
            @Doc("The most connections that one process holds to one node.") @Default("10")
            int maxSize,

            @Doc("The connections to a node that are kept open while idle. Unless set, as many as max-size, so that a"
                    + " failover opens no connection.")
            Optional<Integer> minIdle,

            @Doc("How long a caller waits for a free connection of a node, at least 250ms.") @Default("5s")
            Duration connectionTimeout,

            @Doc("After this time a connection is replaced as soon as it is not in use, at least 30s.") @Default("30m")
            Duration maxLifetime,

            @Doc("After this time an idle connection beyond min-idle is closed, at least 10s.") @Default("10m")
            Duration idleTimeout) {
        public Pool {
            boolean shrinks = minIdle.isPresent() && minIdle.get() < maxSize;
            // The floors are HikariCP's own: below them it would silently use another value.
            Rules.start()
                    .that(maxSize >= 1, "max-size", "expected at least 1")
                    .that(
                            minIdle.isEmpty() || (minIdle.get() >= 0 && minIdle.get() <= maxSize),
                            "min-idle",
                            "expected from 0 to max-size, which is " + maxSize)
                    .atLeast(Duration.ofMillis(250), connectionTimeout, "connection-timeout")
                    .atLeast(Duration.ofSeconds(30), maxLifetime, "max-lifetime")
                    .atLeast(Duration.ofSeconds(10), idleTimeout, "idle-timeout")
                    .that(
                            !shrinks || idleTimeout.compareTo(maxLifetime) < 0,
                            "idle-timeout",
                            "expected less than max-lifetime, which is " + Durations.format(maxLifetime))
                    .check();
        }

        /** How many connections to a node are kept open while idle. */
        public int warm() {
            return minIdle.orElse(maxSize);
        }
    }
}
