package dev.hastack.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One Sentinel of a {@link RedisReplication}. */
public final class RedisSentinel extends RedisProcess {
    private static final String MASTER = RedisReplication.SENTINEL_MASTER;
    /** Redis's own. */
    static final Duration PING_PERIOD = Duration.ofSeconds(1);

    private static final String EPOCH = "sentinel current-epoch ";

    private final String myId = (UUID.randomUUID().toString() + UUID.randomUUID())
            .replace("-", "")
            .substring(0, 40);

    RedisSentinel(String id, RedisSetup setup) {
        super(id, setup, List.of("--sentinel"));
    }

    @Override
    void prepare() {}

    /** A file by which it knows from the start what it would take seconds to find out. */
    void configure(RedisNode primary, List<RedisNode> nodes, List<RedisSentinel> sentinels, long epoch) {
        var lines = new ArrayList<String>();
        setup().network(port()).forEach((name, value) -> lines.add(name + " " + value));
        lines.add("dir " + folder());
        lines.add("sentinel myid " + myId);
        lines.add("sentinel monitor " + MASTER + " 127.0.0.1 " + primary.port() + " " + (sentinels.size() / 2 + 1));
        lines.add("sentinel down-after-milliseconds " + MASTER + " 500");
        // Twice this passes before the next automatic failover; a shorter one is over before a replica has told, once
        // a second, that it is promoted.
        lines.add("sentinel failover-timeout " + MASTER + " 2000");
        lines.add("sentinel parallel-syncs " + MASTER + " 1");
        lines.addAll(setup().sentinelLogin(MASTER));
        lines.add("sentinel config-epoch " + MASTER + " " + epoch);
        lines.add("sentinel leader-epoch " + MASTER + " " + epoch);
        lines.add(EPOCH + epoch);
        for (RedisNode node : nodes) {
            if (node != primary) {
                lines.add("sentinel known-replica " + MASTER + " 127.0.0.1 " + node.port());
            }
        }
        for (RedisSentinel other : sentinels) {
            if (other != this) {
                lines.add("sentinel known-sentinel " + MASTER + " 127.0.0.1 " + other.port() + " " + other.myId);
            }
        }
        write(lines);
    }

    /** How often it asks others for a sign of life, or tries to reach them; until its next start. */
    void ping(Duration period) {
        command("SENTINEL", "DEBUG", "PING-PERIOD", Long.toString(period.toMillis()));
    }

    /** The highest epoch that it has seen, whether it runs or not. */
    long epoch() {
        String epoch = written(EPOCH);
        return epoch.isEmpty() ? 0 : Long.parseLong(epoch);
    }

    /** Whether it runs and takes this node for the primary now. */
    boolean names(RedisNode node) {
        return isRunning()
                && !isHung()
                && command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER) instanceof List<?> address
                && Integer.toString(node.port()).equals(address.get(1));
    }

    /** Whether it knows everybody, and has nothing to say against anybody. */
    boolean isContent(RedisNode primary, int replicas, int sentinels) {
        if (!isRunning() || isHung() || !names(primary)) {
            return false;
        }
        return "master".equals(fields(command("SENTINEL", "MASTER", MASTER)).get("flags"))
                && count("REPLICAS", "slave", Map.of("master-link-status", "ok", "master-port", "" + primary.port()))
                        == replicas
                && count("SENTINELS", "sentinel", Map.of()) == sentinels - 1;
    }

    /** How many there are; -1 if one of them is not as it should be. */
    private int count(String what, String flags, Map<String, String> expected) {
        if (!(command("SENTINEL", what, MASTER) instanceof List<?> all)) {
            return -1;
        }
        for (Object one : all) {
            Map<String, String> fields = fields(one);
            if (!flags.equals(fields.get("flags")) || !fields.entrySet().containsAll(expected.entrySet())) {
                return -1;
            }
        }
        return all.size();
    }

    private static Map<String, String> fields(@Nullable Object pairs) {
        var fields = new HashMap<String, String>();
        if (pairs instanceof List<?> list) {
            for (int i = 0; i + 1 < list.size(); i += 2) {
                fields.put(String.valueOf(list.get(i)), String.valueOf(list.get(i + 1)));
            }
        }
        return fields;
    }
}
