package dev.hastack.core.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One Redis primary and its replicas, or a Redis Cluster, under {@code ha.redis}.
 *
 * @param nodes by id, in the order in which the sources name them; may be empty where Sentinel names them
 * @param sentinel where the nodes, or who is primary, are asked for; absent: only the nodes themselves are asked
 * @param cluster whether the nodes are seeds of a Redis Cluster
 * @param keyPrefix put before every key
 * @param writable whether this stack may write
 * @param maxInFlight how many commands one process may have under way at one node
 * @param maxWaiting how many commands of one process may wait for a node
 * @param tls how connections to the nodes and the Sentinels are encrypted; absent: they are not
 */
public record RedisConfig(
        @Doc("") @Ids(Ids.NODE) Map<String, Node> nodes,
        @Doc("") Optional<Sentinel> sentinel,

        @Doc("Whether the nodes are seeds of a Redis Cluster, whose other nodes they name.") @Default("false")
        boolean cluster,

        @Doc("The ACL user that every connection logs in as.")
        Optional<String> username,

        @Doc("The user's password, or that of the default user.")
        Optional<Secret> password,

        @Doc("The number of the logical database.") @Default("0")
        int database,

        @Doc(
                "Put before every key and channel, so that systems, or stacks, can share a Redis; what is about everybody's keys"
                        + " is refused.")
        @Default("")
        String keyPrefix,

        @Doc("") Reads reads,
        @Doc("") Writes writes,

        @Doc("Whether this stack may write. If not, every write is refused before it reaches a node.") @Default("true")
        boolean writable,

        @Doc("How long a connection to a node may take to establish.") @Default("2s")
        Duration connectTimeout,

        @Doc(
                "How long a command may take once it was sent, all attempts of a read together. A write that has no answer by"
                        + " then fails with an unknown outcome.")
        @Default("1s")
        Duration commandTimeout,

        @Doc("How many commands one process may have under way at one node; more fail at once.") @Default("100000")
        int maxInFlight,

        @Doc("How many commands of one process may wait for a usable node; more fail at once.") @Default("10000")
        int maxWaiting,

        @Doc("") Optional<TlsConfig> tls) {

    public RedisConfig {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        Rules.start()
                .that(
                        !nodes.isEmpty() || sentinel.isPresent(),
                        "sentinel",
                        "expected at least one node, or Sentinel: set ha.redis.nodes.<id>.address, or"
                                + " ha.redis.sentinel.master and ha.redis.sentinel.nodes")
                .that(
                        !cluster || sentinel.isEmpty(),
                        "cluster",
                        "expected false, or no Sentinel: a Redis Cluster has none")
                .that(!cluster || database == 0, "database", "expected 0: a Redis Cluster has no other")
                .ids(nodes.keySet(), Ids.NODE, "nodes")
                .distinct(nodes, Node::address)
                .that(database >= 0, "database", "expected at least 0")
                .that(
                        keyPrefix.chars().noneMatch(c -> "*?[]\\".indexOf(c) >= 0),
                        "key-prefix",
                        "expected none of * ? [ ] \\, which commands would take for a pattern")
                .that(maxInFlight > 0, "max-in-flight", "expected at least 1")
                .that(maxWaiting >= 0, "max-waiting", "expected at least 0")
                .that(
                        username.isEmpty() || password.isPresent(),
                        "password",
                        "expected, since ha.redis.username is set")
                .timeout(connectTimeout, "connect-timeout")
                .positive(commandTimeout, "command-timeout")
                .check();
    }

    /**
     * One server.
     *
     * @param stack whose services read from it first; absent: none in particular
     * @param zone whose services read from it first, of the nodes that are alike in stack; absent: none in particular
     */
    public record Node(
            @Doc("Where the node listens, as host:port; an IPv6 address in brackets. The port is 6379 unless given.")
            @DefaultPort(6379)
            Address address,

            @Doc(Doc.NODE_STACK) Optional<String> stack,

            @Doc(Doc.NODE_ZONE) Optional<String> zone) {
        public Node {
            Rules.start().stack(stack).zone(zone).check();
        }
    }

    /**
     * The Sentinels that watch the primary.
     *
     * @param master the name under which the Sentinels watch the primary
     * @param nodes the Sentinels, at least one
     */
    public record Sentinel(
            @Doc("The name under which the Sentinels watch the primary.")
            String master,

            @Doc("The Sentinels, as host:port. The port is 26379 unless given.") @DefaultPort(26379)
            List<Address> nodes,

            @Doc("The ACL user of the Sentinels.") Optional<String> username,
            @Doc("The password of the Sentinels.") Optional<Secret> password) {
        public Sentinel {
            nodes = List.copyOf(nodes);
            Rules.start()
                    .that(!master.isBlank(), "master", "expected a name")
                    .that(!nodes.isEmpty(), "nodes", "expected at least one address")
                    .that(nodes.stream().distinct().count() == nodes.size(), "nodes", "expected each address once")
                    .check();
        }
    }

    /**
     * How reads are routed.
     *
     * @param prefer where reads go
     * @param maxLag the lag beyond which a replica gets no reads
     * @param fallback what becomes of a read when no replica is usable
     * @param maxWait how long a read waits for a usable node
     * @param rerouteAfter how long a read waits for a node's answer before it asks another as well
     * @param primaryShare how much of the primary's commands under way may be reads that fall back to it
     */
    public record Reads(
            @Doc("Where reads go while one of these is usable.") @Default("replica")
            ReadPreference prefer,

            @Doc(
                    "A replica that lags further behind the primary than this gets no reads until it is within half of it again;"
                            + " one whose link to the primary is down gets none while there is a primary. While there is none,"
                            + " replicas are measured by the most advanced of them. At least"
                            + " twice ha.probe.interval: between two probes nobody knows better.")
            @Default("10s")
            Duration maxLag,

            @Doc("What becomes of a read when no replica is usable.") @Default("primary")
            ReadFallback fallback,

            @Doc("How long a read waits for a usable node before it fails; 0s fails at once.")
            @Default("5s")
            @Key("wait")
            Duration maxWait,

            @Doc("A read that has no answer after this time is sent to another node as well; the first answer counts.")
            @Default("100ms")
            Duration rerouteAfter,

            @Doc(
                    "How much of max-in-flight is for reads that fall back to the primary, so that they cannot crowd out the"
                            + " writes; more wait.")
            @Default("50%")
            Share primaryShare) {
        public Reads {
            Rules.start()
                    .positive(maxLag, "max-lag")
                    .positive(rerouteAfter, "reroute-after")
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
     */
    public record Writes(
            @Doc("How long a write waits for a primary before it fails; 0s fails at once. A failover should fit in.")
            @Default("10s")
            @Key("wait")
            Duration maxWait) {
        public Writes {
            Rules.start().atLeast(Duration.ZERO, maxWait, "wait").check();
        }
    }
}
