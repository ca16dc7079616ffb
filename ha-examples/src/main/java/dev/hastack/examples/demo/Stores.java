package dev.hastack.examples.demo;

import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.PostgresNode;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.RedisSentinel;
import dev.hastack.testkit.StoreCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The stores of the platform: one PostgreSQL cluster, whose standby is synchronous, and whose operator the demo is; one Redis,
 * whose operator is Sentinel, and whose nodes have the same names; and one Elasticsearch, which needs none.
 */
final class Stores implements AutoCloseable {

    static final String POSTGRES = "postgres";
    static final String REDIS = "redis";
    static final String MAIN = "main";
    static final String STANDBY = "standby";
    static final String DELIVERY = "delivery";

    static final String ELASTICSEARCH = "elasticsearch";

    private static final List<String> SEARCH_NODES = List.of("es-1", "es-2", "es-3");
    /** A replica says that before it says how far the primary is that it may become. */
    private static final Pattern REPLICATED = Pattern.compile("(?:slave|master)_repl_offset:(\\d+)");

    private static final String INDEX_PREFIX = "cms";
    private static final String KEY_PREFIX = "cms:";

    private final PostgresCluster postgres;
    private final RedisReplication redis;
    private final ElasticsearchCluster elasticsearch;

    private Stores(PostgresCluster postgres, RedisReplication redis, ElasticsearchCluster elasticsearch) {
        this.postgres = postgres;
        this.redis = redis;
        this.elasticsearch = elasticsearch;
    }

    /** Starts them side by side; returns when replication runs. */
    static Stores start() {
        Executor threads = task -> new Thread(task, "store").start();
        CompletableFuture<PostgresCluster> postgres = CompletableFuture.supplyAsync(Stores::startPostgres, threads);
        CompletableFuture<RedisReplication> redis = CompletableFuture.supplyAsync(Stores::startRedis, threads);
        CompletableFuture<ElasticsearchCluster> elasticsearch =
                CompletableFuture.supplyAsync(Stores::startElasticsearch, threads);
        try {
            Stores stores = new Stores(postgres.join(), redis.join(), elasticsearch.join());
            stores.grantStatistics();
            return stores;
        } catch (SQLException | RuntimeException e) {
            Stream.of(postgres, redis, elasticsearch).forEach(Stores::closeStarted);
            throw new IllegalStateException("the stores could not be started: " + e.getMessage(), e);
        }
    }

    private static void closeStarted(CompletableFuture<? extends StoreCluster> start) {
        try {
            start.join().close();
        } catch (CompletionException e) {
            // It has cleared up itself.
        }
    }

    private static PostgresCluster startPostgres() {
        return PostgresCluster.builder()
                .node(MAIN)
                .node(STANDBY)
                .node(DELIVERY)
                .synchronous(STANDBY)
                .start();
    }

    private static RedisReplication startRedis() {
        RedisReplication redis = RedisReplication.builder()
                .node(MAIN)
                .node(STANDBY)
                .node(DELIVERY)
                .sentinels(3)
                .start();
        makePatient(redis);
        return redis;
    }

    /** Half a second, the test kit's, is less than what a process waits for its turn on a busy machine; Sentinel's sample has 30 s. */
    private static void makePatient(RedisReplication redis) {
        redis.sentinels()
                .forEach(sentinel -> sentinel.command(
                        "SENTINEL", "SET", RedisReplication.SENTINEL_MASTER, "down-after-milliseconds", "2000"));
    }

    /**
     * With Elasticsearch's own patience: the test kit's is so short that on a busy machine a cluster puts nodes out that live, elects
     * masters again and again, and moves all shards about.
     */
    private static ElasticsearchCluster startElasticsearch() {
        ElasticsearchCluster.Builder builder = ElasticsearchCluster.builder();
        SEARCH_NODES.forEach(builder::node);
        for (String side : List.of("follower", "leader")) {
            builder.setting("cluster.fault_detection." + side + "_check.timeout", "10s");
            builder.setting("cluster.fault_detection." + side + "_check.retry_count", "3");
        }
        builder.setting("cluster.publish.timeout", "30s");
        builder.setting("cluster.follower_lag.timeout", "90s");
        return builder.start();
    }

    /** With it, ha-stack sees at once which timeline a replica follows, and not only after its next checkpoint. */
    private void grantStatistics() throws SQLException {
        try (Connection main = postgres.node(MAIN).superuser();
                Statement statement = main.createStatement()) {
            statement.execute("GRANT pg_read_all_stats TO " + property("username"));
        }
    }

    /** What {@code stack.properties} takes from the environment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PG_DATABASE", property("database"));
        environment.put("PG_USERNAME", property("username"));
        environment.put("PG_PASSWORD", property("password"));
        environment.put("PG_MAIN", postgres.node(MAIN).address());
        environment.put("PG_STANDBY", postgres.node(STANDBY).address());
        environment.put("PG_DELIVERY", postgres.node(DELIVERY).address());
        environment.put("REDIS_KEY_PREFIX", KEY_PREFIX);
        environment.put("REDIS_MASTER", RedisReplication.SENTINEL_MASTER);
        environment.put(
                "REDIS_SENTINELS",
                redis.sentinels().stream().map(RedisSentinel::address).collect(Collectors.joining(",")));
        environment.put("REDIS_MAIN", redis.node(MAIN).address());
        environment.put("REDIS_STANDBY", redis.node(STANDBY).address());
        environment.put("REDIS_DELIVERY", redis.node(DELIVERY).address());
        for (int i = 0; i < SEARCH_NODES.size(); i++) {
            environment.put(
                    "ES_" + (i + 1),
                    elasticsearch.node(SEARCH_NODES.get(i)).address().toString());
        }
        return environment;
    }

    private String property(String name) {
        return postgres.properties().getOrDefault("ha.postgres." + name, "");
    }

    PostgresNode postgres(String id) {
        return postgres.node(id);
    }

    /** How far a node of a store with replicas has come, by its own word. */
    long position(String store, String id) throws SQLException {
        if (store.equals(POSTGRES)) {
            String position = postgres.node(id)
                    .query(
                            "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"
                                    + " - '0/0'");
            return Long.parseLong(String.valueOf(position));
        }
        String info = String.valueOf(redis.node(id).command("INFO", "replication"));
        Matcher position = REPLICATED.matcher(info);
        if (!position.find()) {
            throw new IllegalStateException("Redis's " + id + " does not say how far it has come: " + info);
        }
        return Long.parseLong(position.group(1));
    }

    RedisNode redis(String id) {
        return redis.node(id);
    }

    /** Returns as soon as another node says that it is Redis's primary. */
    RedisNode awaitRedisPrimaryOtherThan(RedisNode former, Duration limit) {
        return redis.awaitPrimaryOtherThan(former, limit);
    }

    /** The keys of the present primary of Redis, past all servers and past ha-stack. */
    RedisKeys redisKeys() {
        return new RedisKeys(redis.primary(), KEY_PREFIX);
    }

    /** Elasticsearch's nodes, whose faults are its cluster's, too. */
    ElasticsearchCluster elasticsearch() {
        return elasticsearch;
    }

    /** What Elasticsearch holds, past all servers and past ha-stack. */
    SearchContents searchContents() {
        return new SearchContents(elasticsearch, INDEX_PREFIX);
    }

    /** Undoes every fault and every promotion, and keeps all data. */
    void heal() {
        postgres.heal();
        redis.heal();
        makePatient(redis);
        elasticsearch.heal();
    }

    /** A connection to the present primary, past all servers and past ha-stack. */
    Connection connectToPrimary() throws SQLException {
        return DriverManager.getConnection(postgres.primary().jdbcUrl(), property("username"), property("password"));
    }

    @Override
    public void close() {
        elasticsearch.close();
        redis.close();
        postgres.close();
    }
}
