package dev.hastack.core.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One Redis primary and its replicas, under {@code ha.redis}.
 *
 * @param nodes by id, in the order in which the sources name them; may be empty where Sentinel names them
 * @param sentinel where the nodes, or who is primary, are asked for; absent: only the nodes themselves are asked
 * @param keyPrefix put before every key
 * @param writable whether this stack may write
 */
public record RedisConfig(
        @Doc("") @Ids(Ids.NODE) Map<String, Node> nodes,
        @Doc("") Optional<Sentinel> sentinel,

        @Doc("The ACL user that every connection logs in as.")
        Optional<String> username,

        @Doc("The user's password, or that of the default user.")
        Optional<Secret> password,

        @Doc("The number of the logical database.") @Default("0")
        int database,

        @Doc("Put before every key, so that systems, or stacks, can share a Redis.") @Default("")
        String keyPrefix,

        @Doc("") Reads reads,

        @Doc("Whether this stack may write. If not, every write is refused before it reaches a node.") @Default("true")
        boolean writable,

        @Doc("How long a connection to a node may take to establish.") @Default("2s")
        Duration connectTimeout,

        @Doc("How long a command may take.") @Default("1s") Duration commandTimeout) {

    public RedisConfig {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        Rules.start()
                .that(
                        !nodes.isEmpty() || sentinel.isPresent(),
                        "sentinel",
                        "expected at least one node, or Sentinel: set ha.redis.nodes.<id>.address, or"
                                + " ha.redis.sentinel.master and ha.redis.sentinel.nodes")
                .ids(nodes.keySet(), Ids.NODE, "nodes")
                .distinct(nodes, Node::address)
                .that(database >= 0, "database", "expected at least 0")
                .positive(connectTimeout, "connect-timeout")
                .positive(commandTimeout, "command-timeout")
                .check();
    }

    /**
     * One server.
     *
     * @param stack whose services read from it first; absent: none in particular
     */
    public record Node(
            @Doc("Where the node listens, as host:port; an IPv6 address in brackets. The port is 6379 unless given.")
            @DefaultPort(6379)
            Address address,

            @Doc(Doc.NODE_STACK) Optional<String> stack) {
        public Node {
            Rules.start().stack(stack).check();
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
     */
    public record Reads(
            @Doc("Where reads go while one of these is usable.") @Default("replica")
            ReadPreference prefer) {}
}
