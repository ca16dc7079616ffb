package dev.hastack.examples.closing;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.HealthNote;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.Rebuild;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.HaRedisCluster;
import dev.hastack.redis.queue.JobQueue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Opens a stack for each kind of a program's code that a thread of the libraries, or one that they wait for, can run; blocks that thread
 * in it, for good and deaf to interrupts; and closes the stack. It says on its standard output how long each close took, returns from
 * main with all these threads blocked, and ends by itself if the JVM exits.
 */
final class BlockedProgram {
    static final Duration DRAIN = Duration.ofMillis(500);

    /** Hears of the first answers of the nodes. */
    private static final String LISTENER = "topology listener";

    /** What blocks, by its name, in the order in which that is tried. */
    static final Map<String, Code> CODE = code();

    private static final Set<String> BLOCKED = ConcurrentHashMap.newKeySet();
    private static final AtomicLong LATE = new AtomicLong();

    private BlockedProgram() {}

    /** Has a thread run code that calls {@link #block}; returns when it was made to, before or after the thread is blocked. */
    interface Code {
        void run(String name, HaStack stack) throws Exception;
    }

    /** What {@code elasticsearch mapper} reads, and blocks at. */
    record Blocking(String title) {
        Blocking {
            String unused = block("elasticsearch mapper");
        }
    }

    private static Map<String, Code> code() {
        Map<String, Code> code = new LinkedHashMap<>();
        code.put(LISTENER, (name, stack) -> {
            var unused = stack.subscribe(event -> block(name));
        });
        code.put("postgres statement", BlockedProgram::statement);
        code.put("postgres connection kept", BlockedProgram::keptConnection);
        code.put("postgres metrics", BlockedProgram::metrics);
        code.put("postgres metrics close", BlockedProgram::closedMetrics);
        code.put("redis job", BlockedProgram::job);
        code.put("redis message", BlockedProgram::message);
        code.put(
                "redis callback",
                (name, stack) -> blockTheirs(
                        name, () -> redis(stack).connection().async().get("one")));
        code.put("redis callback of a dedicated connection", (name, stack) -> {
            StatefulRedisConnection<String, String> own = redis(stack).dedicated();
            blockTheirs(name, () -> own.async().ping());
        });
        code.put("redis subscriber", (name, stack) -> {
            redis(stack).connection().sync().set("one", "1");
            var unused = redis(stack).primary().reactive().get("one").subscribe(value -> block(name));
        });
        code.put("redis codec", BlockedProgram::codec);
        code.put("redis notes", (name, stack) -> {
            var unused = redis(stack).addNotes("blocked", () -> List.of(HealthNote.info("blocked", block(name))));
            inBackground(stack::health);
        });
        code.put(
                "cluster callback",
                (name, stack) -> blockTheirs(
                        name, () -> cluster(stack).connection().async().get("one")));
        code.put("cluster callback of one node", (name, stack) -> {
            RedisAdvancedClusterAsyncCommands<String, String> all =
                    cluster(stack).connection().async();
            blockTheirs(
                    name,
                    () -> all.upstream().commands().ping().get(all.upstream().node(0)));
        });
        code.put("cluster message", (name, stack) -> {
            blockAtMessage(name, cluster(stack).pubSub());
            var unused = cluster(stack).connection().async().publish("news", "1");
        });
        code.put("cluster subscriber", (name, stack) -> {
            cluster(stack).connection().sync().set("one", "1");
            var unused = cluster(stack).connection().reactive().get("one").subscribe(value -> block(name));
        });
        code.put("cluster codec", (name, stack) -> {
            cluster(stack).connection().sync().set("one", "1");
            var unused = cluster(stack).connection(blocking(name)).async().get("one");
        });
        code.put("cluster notes", (name, stack) -> {
            var unused = cluster(stack).addNotes("blocked", () -> List.of(HealthNote.info("blocked", block(name))));
            inBackground(stack::health);
        });
        code.put(
                "elasticsearch callback",
                (name, stack) -> blockTheirs(
                        name, () -> elasticsearch(stack).asyncClient().info()));
        code.put("elasticsearch dead letter", (name, stack) -> {
            var letters = publication(stack).bulk(letter -> block(name));
            var unused = letters.index("1", Map.of("no such field", 1));
        });
        code.put("elasticsearch mapper", (name, stack) -> {
            publication(stack).index("1", Map.of("title", "x"));
            inBackground(() -> publication(stack).get("1", Blocking.class));
        });
        code.put("elasticsearch rebuild", (name, stack) -> {
            Publication publication = publication(stack);
            inBackground(() -> publication.rebuild(Rebuild.<String>of(
                    () -> Stream.of("1").peek(read -> block(name)), id -> id, id -> Map.of("title", "x"))));
        });
        code.put("elasticsearch notes", (name, stack) -> {
            var unused =
                    elasticsearch(stack).addNotes("blocked", () -> List.of(HealthNote.info("blocked", block(name))));
            inBackground(stack::health);
        });
        return code;
    }

    /** Runs; the arguments are the files of the configuration of a stack of all stores, and of one of a Redis Cluster. */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> settings = settings(arguments[0]);
        Map<String, String> ofCluster = settings(arguments[1]);
        inBackground(BlockedProgram::measureLateness);
        for (Map.Entry<String, Code> each : CODE.entrySet()) {
            String name = each.getKey();
            HaStack stack = HaStack.open(StackConfig.of(name.startsWith("cluster ") ? ofCluster : settings));
            if (name.equals(LISTENER)) {
                each.getValue().run(name, stack);
            }
            if (!stack.awaitReady(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not ready: " + stack.health());
            }
            if (!name.equals(LISTENER)) {
                each.getValue().run(name, stack);
            }
            await(name);
            long late = LATE.get();
            long begin = System.nanoTime();
            boolean drained = stack.close(DRAIN);
            long took = System.nanoTime() - begin;
            System.out.println(name + ": closed " + drained + " within " + TimeUnit.NANOSECONDS.toMillis(took)
                    + " ms, late " + TimeUnit.NANOSECONDS.toMillis(LATE.get() - late) + " ms");
        }
    }

    private static Map<String, String> settings(String path) throws IOException {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(path))) {
            file.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        file.stringPropertyNames().forEach(key -> settings.put(key, file.getProperty(key)));
        return settings;
    }

    /** By how much a thread wakes up too late that sleeps all the time: so much of any time is the machine's. */
    private static Object measureLateness() {
        long sleep = TimeUnit.MILLISECONDS.toNanos(5);
        while (true) {
            long from = System.nanoTime();
            LockSupport.parkNanos(sleep);
            LATE.addAndGet(Math.max(0, System.nanoTime() - from - sleep));
        }
    }

    /** The thread that runs this never comes back. */
    private static String block(String what) {
        BLOCKED.add(what);
        while (true) {
            LockSupport.park();
            boolean unused = Thread.interrupted();
        }
    }

    /** Blocks the thread that ends the call: what has ended before it is looked at would block this one, and is called again. */
    private static void blockTheirs(String what, Callable<? extends CompletionStage<?>> call) throws Exception {
        Thread own = Thread.currentThread();
        AtomicBoolean again = new AtomicBoolean(true);
        while (again.getAndSet(false)) {
            var unused = call.call().whenComplete((result, error) -> {
                if (Thread.currentThread() == own) {
                    again.set(true);
                } else {
                    String unusedToo = block(what);
                }
            });
        }
    }

    private static void await(String what) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!BLOCKED.contains(what)) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("not blocked in time: " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private static HaRedis redis(HaStack stack) {
        return stack.get(HaRedis.class);
    }

    private static HaRedisCluster cluster(HaStack stack) {
        return stack.get(HaRedisCluster.class);
    }

    private static HaElasticsearch elasticsearch(HaStack stack) {
        return stack.get(HaElasticsearch.class);
    }

    private static Publication publication(HaStack stack) throws Exception {
        Publication publication = elasticsearch(stack).publication("blocked");
        publication.provision();
        return publication;
    }

    private static void statement(String name, HaStack stack) throws Exception {
        CountDownLatch bound = new CountDownLatch(1);
        inBackground(() -> {
            try (Connection connection = stack.get(HaPostgres.class).primary().getConnection();
                    Statement statement = connection.createStatement()) {
                bound.countDown();
                return statement.execute("SELECT pg_sleep(3600)");
            }
        });
        bound.await();
        BLOCKED.add(name);
    }

    private static void keptConnection(String name, HaStack stack) {
        inBackground(() -> {
            try (Connection connection = stack.get(HaPostgres.class).primary().getConnection()) {
                connection.setAutoCommit(false);
                return block(name);
            }
        });
    }

    private static void metrics(String name, HaStack stack) {
        HaPostgres postgres = stack.get(HaPostgres.class);
        postgres.metrics((pool, stats) -> new IMetricsTracker() {
            @Override
            public void recordConnectionUsageMillis(long elapsed) {
                String unused = block(name);
            }
        });
        inBackground(() -> {
            postgres.primary().getConnection().close();
            return true;
        });
    }

    private static void closedMetrics(String name, HaStack stack) {
        stack.get(HaPostgres.class).metrics((pool, stats) -> new IMetricsTracker() {
            @Override
            public void close() {
                String unused = block(name);
            }
        });
        // It is called by the close.
        BLOCKED.add(name);
    }

    private static void job(String name, HaStack stack) {
        JobQueue queue = redis(stack).queue("blocked").open();
        queue.consume(job -> block(name));
        queue.enqueue("job");
    }

    private static void message(String name, HaStack stack) {
        blockAtMessage(name, redis(stack).pubSub());
        var unused = redis(stack).connection().async().publish("news", "1");
    }

    private static void blockAtMessage(String name, StatefulRedisPubSubConnection<String, String> subscriber) {
        subscriber.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                String unused = block(name);
            }
        });
        subscriber.sync().subscribe("news");
    }

    private static void codec(String name, HaStack stack) {
        redis(stack).connection().sync().set("one", "1");
        var unused = redis(stack).connection(blocking(name)).async().get("one");
    }

    private static StringCodec blocking(String name) {
        return new StringCodec(StandardCharsets.UTF_8) {
            @Override
            public String decodeValue(ByteBuffer bytes) {
                return block(name);
            }
        };
    }

    private static void inBackground(Callable<?> task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        Object unused = task.call();
                    } catch (Exception e) {
                        // Closed meanwhile, as it should be.
                    }
                },
                "program");
        thread.setDaemon(true);
        thread.start();
    }
}
