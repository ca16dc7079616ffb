package dev.hastack.benchmarks.overhead;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.redis.HaRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One connection for all threads, as both advise, to the server that {@link RedisOverhead} started. */
public abstract class RedisConnections {
    static final String KEY = "publication:42:title";
    static final String VALUE = "a title of common length, some forty bytes";
    /** The system property that has the server's address. */
    static final String ADDRESS = "redis.address";

    private @Nullable RedisCommands<String, String> sync;
    private @Nullable RedisAsyncCommands<String, String> async;

    RedisConnections() {}

    final RedisCommands<String, String> sync() {
        return opened(sync);
    }

    final RedisAsyncCommands<String, String> async() {
        return opened(async);
    }

    private static <T> T opened(@Nullable T commands) {
        if (commands == null) {
            throw new IllegalStateException("not opened");
        }
        return commands;
    }

    final void use(StatefulRedisConnection<String, String> connection) {
        sync = connection.sync();
        async = connection.async();
        connection.sync().set(KEY, VALUE);
    }

    static String address() {
        String address = System.getProperty(ADDRESS);
        if (address == null) {
            throw new IllegalStateException("run RedisOverhead, which starts the server that this needs");
        }
        return address;
    }

    /** Through ha-stack, all of which runs, probes included. */
    @State(Scope.Benchmark)
    public static class Ha extends RedisConnections {
        private @Nullable HaStack stack;

        /** Opens a stack of one node. */
        @Setup
        public void open() throws InterruptedException {
            HaStack opened = HaStack.open(StackConfig.of(Map.of("ha.redis.nodes.main.address", address())));
            stack = opened;
            if (!opened.awaitReady(Duration.ofSeconds(20))) {
                throw new IllegalStateException("not ready: " + opened.health());
            }
            use(opened.get(HaRedis.class).connection());
        }

        /** Closes it. */
        @TearDown
        public void close() {
            opened(stack).close();
        }
    }

    /** Lettuce with its defaults. */
    @State(Scope.Benchmark)
    public static class Plain extends RedisConnections {
        private @Nullable RedisClient client;

        /** Connects. */
        @Setup
        public void open() {
            RedisClient opened = RedisClient.create("redis://" + address());
            client = opened;
            use(opened.connect());
        }

        /** Closes it. */
        @TearDown
        public void close() {
            opened(client).shutdown();
        }
    }
}
