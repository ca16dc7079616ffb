package dev.hastack.examples.closing;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.queue.JobQueue;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Blocks whatever thread of the libraries a program's code can be called on, for good and deaf to interrupts; then closes its
 * stack and returns from main. It says so on its standard output, and ends by itself if the JVM exits.
 */
final class BlockedProgram {
    private static final Set<String> BLOCKED = ConcurrentHashMap.newKeySet();

    private final HaStack stack;
    private final HaRedis redis;
    private final HaPostgres postgres;
    private final Publication publication;
    private final HaElasticsearch elasticsearch;

    private BlockedProgram(HaStack stack) {
        this.stack = stack;
        this.redis = stack.get(HaRedis.class);
        this.postgres = stack.get(HaPostgres.class);
        this.elasticsearch = stack.get(HaElasticsearch.class);
        this.publication = elasticsearch.publication("blocked");
    }

    /** Runs; the one argument is the file of the stack's configuration. */
    public static void main(String[] arguments) throws Exception {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(arguments[0]))) {
            file.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        file.stringPropertyNames().forEach(key -> settings.put(key, file.getProperty(key)));
        HaStack stack = HaStack.open(StackConfig.of(settings));
        if (!stack.awaitReady(Duration.ofSeconds(60))) {
            throw new IllegalStateException("not ready: " + stack.health());
        }
        BlockedProgram program = new BlockedProgram(stack);
        // Lettuce has few threads, of which each that is blocked takes the connections that it serves with it: last.
        program.elasticsearch();
        program.postgres();
        program.redis();
        program.listeners();
        long begin = System.nanoTime();
        boolean drained = stack.close(Duration.ofMillis(500));
        System.out.println("closed " + drained + " within " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)
                + " ms, blocked " + BLOCKED.size());
    }

    /** The thread that runs this never comes back. */
    private static void block(String what) {
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
                    block(what);
                }
            });
        }
    }

    private static void await(String what) {
        until(() -> BLOCKED.contains(what), what);
    }

    private static void until(BooleanSupplier condition, String what) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("not blocked in time: " + what + "; blocked are " + BLOCKED);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private void elasticsearch() throws Exception {
        publication.provision();
        blockTheirs("elasticsearch async", () -> elasticsearch.asyncClient().info());
        await("elasticsearch async");
        var letters = publication.bulk(letter -> block("elasticsearch bulk"));
        var unusedToo = letters.index("1", Map.of("no such field", 1));
        await("elasticsearch bulk");
    }

    private void postgres() throws Exception {
        CountDownLatch bound = new CountDownLatch(1);
        inBackground(() -> {
            try (Connection connection = postgres.primary().getConnection();
                    Statement statement = connection.createStatement()) {
                bound.countDown();
                BLOCKED.add("postgres statement");
                return statement.execute("SELECT pg_sleep(3600)");
            }
        });
        bound.await();
        inBackground(() -> {
            try (Connection connection = postgres.primary().getConnection()) {
                connection.setAutoCommit(false);
                block("postgres connection kept");
                return connection;
            }
        });
        await("postgres connection kept");
        postgres.metrics((pool, stats) -> new IMetricsTracker() {
            @Override
            public void recordConnectionUsageMillis(long elapsed) {
                block("postgres metrics");
            }

            @Override
            public void close() {
                block("postgres metrics close");
            }
        });
        inBackground(() -> {
            postgres.primary().getConnection().close();
            return true;
        });
        await("postgres metrics");
    }

    private void redis() throws Exception {
        redis.connection().sync().set("one", "1");
        JobQueue queue = redis.queue("blocked").open();
        queue.consume(job -> block("redis job"));
        queue.enqueue("job");
        await("redis job");
        StatefulRedisConnection<String, String> own = redis.dedicated();
        StatefulRedisPubSubConnection<String, String> subscriber = redis.pubSub();
        subscriber.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                block("redis pub/sub");
            }
        });
        subscriber.sync().subscribe("news");
        // Lettuce has few threads: which of these comes first may block those of the others, and so is not known.
        var unusedNews = redis.connection().async().publish("news", "1");
        blockTheirs("redis own async", () -> own.async().ping());
        var unusedReactive = redis.primary().reactive().get("one").subscribe(value -> block("redis reactive"));
        blockTheirs("redis async", () -> redis.connection().async().get("one"));
        until(() -> BLOCKED.stream().filter(what -> what.startsWith("redis")).count() > 1, "two of Redis");
    }

    private void listeners() {
        var unused = stack.subscribe(event -> block("topology listener"));
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
