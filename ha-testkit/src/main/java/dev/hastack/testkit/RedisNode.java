package dev.hastack.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One server of a {@link RedisReplication} or a {@link RedisCluster}. */
public final class RedisNode extends RedisProcess {
    private static final String REPLICAOF = "replicaof ";

    private final Map<String, String> settings;
    /** All parameters as they were after the first start. */
    private Map<String, String> configured = Map.of();

    private volatile boolean lostData;

    RedisNode(String id, RedisSetup setup, Map<String, String> settings) {
        super(id, setup, List.of());
        this.settings = settings;
    }

    @Override
    void prepare() {
        lostData = true;
        configure(written(REPLICAOF));
        try {
            // What it received as a replica; with it, a node would start with old data, and others without any.
            Files.deleteIfExists(folder().resolve("dump.rdb"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the old data of " + id(), e);
        }
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
        all.putAll(settings);
        all.put("enable-debug-command", "yes");
        all.put("dir", folder().toString());
        all.putAll(setup().network(port()));
        return all;
    }

    /** Whether it runs, answers and says that it is a primary. */
    public boolean isPrimary() {
        return "master".equals(replication().get("role"));
    }

    /**
     * Makes it a primary, whatever Sentinels think of that; nothing happens on a primary. No other node takes part: the
     * former primary may be gone, hung, or go on serving.
     */
    public void promote() {
        command("REPLICAOF", "NO", "ONE");
        command("CONFIG", "REWRITE");
    }

    /**
     * Makes it a replica of another node, and returns when the link is up; what it had beyond the other's data is lost. A
     * node that does not run gets to follow at its next start.
     *
     * @throws IllegalStateException if it does not come to replicate within 20 s
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
        Map<String, String> now = replication();
        if (isPointedAt(primary, now) && !"up".equals(now.get("master_link_status"))) {
            // Redis would do nothing, and try again within a second; from elsewhere it comes back at once.
            command("REPLICAOF", "127.0.0.1", "1");
        }
        command("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
        command("CONFIG", "REWRITE");
    }

    boolean follows(RedisNode primary) {
        Map<String, String> now = replication();
        return isPointedAt(primary, now) && "up".equals(now.get("master_link_status"));
    }

    boolean isPointedAt(RedisNode primary) {
        return isPointedAt(primary, replication());
    }

    private static boolean isPointedAt(RedisNode primary, Map<String, String> replication) {
        return Integer.toString(primary.port()).equals(replication.get("master_port"));
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
                () -> "down".equals(replication().get("master_link_status")),
                () -> log(LOG_LINES));
    }

    /** INFO's section of this name; empty if the node does not answer. */
    Map<String, String> info(String section) {
        var info = new HashMap<String, String>();
        try {
            if (isRunning() && !isHung() && command("INFO", section) instanceof String text) {
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

    Map<String, String> replication() {
        return info("replication");
    }

    /** How much of the primary's writes it has applied, or of its own it has done; -1 if it does not answer. */
    long offset() {
        Map<String, String> now = replication();
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

    /** Undoes what CONFIG SET has changed. */
    void restoreConfiguration() {
        Map<String, String> now = configuration();
        configured.forEach((name, value) -> {
            if (!value.equals(now.get(name))) {
                command("CONFIG", "SET", name, value);
            }
        });
    }

    private Map<String, String> configuration() {
        var configuration = new HashMap<String, String>();
        if (command("CONFIG", "GET", "*") instanceof List<?> pairs) {
            for (int i = 0; i + 1 < pairs.size(); i += 2) {
                configuration.put(String.valueOf(pairs.get(i)), String.valueOf(pairs.get(i + 1)));
            }
        }
        configuration.keySet().removeAll(List.of("replicaof", "slaveof"));
        return configuration;
    }
}
