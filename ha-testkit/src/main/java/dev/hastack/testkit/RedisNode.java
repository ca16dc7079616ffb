package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** One server of a {@link RedisReplication} or a {@link RedisCluster}. */
public final class RedisNode extends RedisProcess {
    private static final String KEY_LOAD_DELAY = "key-load-delay";
    private static final String REPLICAOF = "replicaof ";

    private final Map<String, String> settings;
    /** All parameters as they were after the first start. */
    private Map<String, String> configured = Map.of();

    private volatile boolean lostData;
    /** How long the next start pauses at each key that it loads. */
    private volatile Duration slowness = Duration.ZERO;

    RedisNode(String id, RedisSetup setup, Map<String, String> settings) {
        super(id, setup, List.of());
        this.settings = settings;
    }

    @Override
    void prepare() {
        lostData = !setting("appendonly").equals("yes");
        configure(written(REPLICAOF));
        try {
            if (slowness.isZero()) {
                // What it received as a replica; with it, a node would start with old data, and others without any.
                Files.deleteIfExists(dump());
            } else {
                SlowDump.write(dump());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot prepare " + dump(), e);
        }
    }

    private Path dump() {
        return folder().resolve("dump.rdb");
    }

    private void configure(String upstream) {
        var lines = new ArrayList<String>();
        all().forEach((name, value) -> lines.add(name + " " + (value.isEmpty() ? "\"\"" : value)));
        lines.addAll(setup().users());
        if (!upstream.isEmpty()) {
            lines.add(REPLICAOF + upstream);
        }
        write(lines);
    }

    private Map<String, String> all() {
        var all = new TreeMap<String, String>();
        all.put("save", "");
        all.put("appendonly", "no");
        all.put("repl-diskless-sync", "yes");
        all.put("repl-diskless-sync-delay", "0");
        all.put("repl-ping-replica-period", "1");
        all.put("repl-timeout", "5");
        all.put("repl-backlog-size", "16mb"); // Who was away for a test's length catches up by what it missed.
        all.put("shutdown-timeout", "1"); // A hung replica must not hold back a primary's end.
        if (!slowness.isZero()) {
            all.put(KEY_LOAD_DELAY, Long.toString(TimeUnit.NANOSECONDS.toMicros(slowness.toNanos())));
            all.put("loading-process-events-interval-bytes", "1024");
        }
        all.putAll(settings);
        all.put("dbfilename", dump().getFileName().toString());
        all.put("rdbchecksum", "no"); // For SlowDump; it cannot be changed later.
        all.put("enable-debug-command", "yes");
        all.put("dir", folder().toString());
        all.putAll(setup().network(port()));
        return all;
    }

    /** What the layout says of a parameter; empty if nothing. */
    String setting(String name) {
        return settings.getOrDefault(name, "");
    }

    /** Whether it runs, answers, says that it is a primary, and is not loading. */
    public boolean isPrimary() {
        Map<String, String> now = info();
        // While it loads, a replica of Redis Cluster calls itself a primary.
        return "master".equals(now.get("role")) && "0".equals(now.get("loading"));
    }

    /**
     * Makes it a primary, whatever Sentinels think of that; nothing happens on a primary. No other node takes part: the
     * former primary may be gone, hung, or go on serving. In a {@link RedisCluster} it takes over its primary's slots.
     */
    public void promote() {
        if (!setting(RedisCluster.ENABLED).isEmpty()) {
            if (!isPrimary()) {
                command("CLUSTER", "FAILOVER", "TAKEOVER");
                Await.until(() -> "the takeover by " + id(), CHANGE, this::isPrimary, () -> log(LOG_LINES));
            }
            return;
        }
        command("REPLICAOF", "NO", "ONE");
        command("CONFIG", "REWRITE");
    }

    /**
     * Makes it a replica of another node, and returns when the link is up; what it had beyond the other's data is lost. A
     * node that does not run gets to follow at its next start. Not for a {@link RedisCluster}, which knows CLUSTER
     * REPLICATE.
     *
     * @throws IllegalStateException if it does not come to replicate within 60 s
     */
    public void follow(RedisNode primary) {
        pointAt(primary);
        if (isRunning()) {
            Await.until(
                    () -> "replication from " + primary.id() + " to " + id(),
                    CHANGE,
                    () -> follows(primary),
                    () -> log(LOG_LINES));
        }
    }

    void pointAt(RedisNode primary) {
        if (!isRunning()) {
            configure("127.0.0.1 " + primary.port());
            return;
        }
        Map<String, String> now = info();
        if (isPointedAt(primary, now) && !"up".equals(now.get("master_link_status"))) {
            // Redis would do nothing, and try again within a second; from elsewhere it comes back at once.
            command("REPLICAOF", "127.0.0.1", "1");
        }
        command("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
        command("CONFIG", "REWRITE");
    }

    boolean follows(RedisNode primary) {
        Map<String, String> now = info();
        return isPointedAt(primary, now) && "up".equals(now.get("master_link_status"));
    }

    boolean isPointedAt(RedisNode primary) {
        return isPointedAt(primary, info());
    }

    private static boolean isPointedAt(RedisNode primary, Map<String, String> info) {
        return Integer.toString(primary.port()).equals(info.get("master_port"));
    }

    /**
     * Cuts a replica from its primary: what it has it serves, and nothing more arrives, whichever primary it is given,
     * until {@link StoreCluster#heal()} or a new start.
     */
    public void cutReplication() {
        // Not by a proxy in between: Sentinels and clients would find the replica to follow an unknown address.
        command("CONFIG", "SET", "masterauth", "spoilt");
        command("CLIENT", "KILL", "TYPE", "master");
        Await.until(
                () -> "the end of replication to " + id(),
                CHANGE,
                () -> "down".equals(info().get("master_link_status")),
                () -> log(LOG_LINES));
    }

    /** As {@link #startLoading(Duration)}, for 5 s. */
    public void startLoading() {
        startLoading(Duration.ofSeconds(5));
    }

    /**
     * Starts it anew from a dump of what it has, which takes about so long to load, and returns when it answers LOADING.
     * {@link StoreCluster#heal()} or {@code CONFIG SET key-load-delay 0} ends that at once.
     */
    public void startLoading(Duration length) {
        long keys = SlowDump.ADDED;
        if (isRunning()) {
            resume();
            command("SAVE");
            keys += command("DBSIZE") instanceof Long present ? present : 0;
            kill();
        }
        slowness = length.dividedBy(keys);
        try {
            launch();
        } finally {
            slowness = Duration.ZERO;
        }
        Await.until(() -> "loading by " + id(), CHANGE, () -> "1".equals(info().get("loading")), () -> log(LOG_LINES));
    }

    /** What INFO says of replication and loading; empty if the node does not answer. */
    Map<String, String> info() {
        var info = new HashMap<String, String>();
        try {
            if (isRunning() && !isHung() && command("INFO", "replication", "persistence") instanceof String text) {
                for (String line : text.split("\r\n", -1)) {
                    int colon = line.indexOf(':');
                    if (colon > 0) {
                        info.put(line.substring(0, colon), line.substring(colon + 1));
                    }
                }
            }
        } catch (UncheckedIOException e) {
            return Map.of(); // It went away in between.
        }
        return info;
    }

    /** How much of the primary's writes it has applied, or of its own it has done; -1 if it does not answer. */
    long offset() {
        Map<String, String> now = info();
        String offset = now.getOrDefault("slave_repl_offset", now.getOrDefault("master_repl_offset", "-1"));
        return Long.parseLong(offset);
    }

    /** Whether it has been started since all were whole, and so began anew. */
    boolean hasLostData() {
        return lostData;
    }

    /** All are whole: what it has is what there is. */
    void rememberData() {
        lostData = false;
    }

    void rememberConfiguration() {
        configured = configuration();
    }

    boolean isConfigured() {
        return configuration().equals(configured);
    }

    /** Undoes what CONFIG SET has changed, and with that lets slow loading end. */
    void restoreConfiguration() {
        Map<String, String> now = configuration();
        configured.forEach((name, value) -> {
            if (!value.equals(now.get(name))) {
                command("CONFIG", "SET", name, value);
            }
        });
        Await.until(
                () -> "the end of loading by " + id(),
                CHANGE,
                () -> "0".equals(info().get("loading")),
                () -> log(LOG_LINES));
    }

    private Map<String, String> configuration() {
        var configuration = new HashMap<String, String>();
        if (command("CONFIG", "GET", "*", KEY_LOAD_DELAY) instanceof List<?> pairs) {
            for (int i = 0; i + 1 < pairs.size(); i += 2) {
                configuration.put(String.valueOf(pairs.get(i)), String.valueOf(pairs.get(i + 1)));
            }
        }
        configuration.keySet().removeAll(List.of("replicaof", "slaveof"));
        return configuration;
    }
}
