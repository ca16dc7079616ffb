package dev.hastack.benchmarks.overhead;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/**
 * What ha-stack adds to a command of Redis, next to Lettuce without it. The part of a method's name before the underscore
 * says what is done, the part behind it who does it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandBenchmark {
    private static final int BATCH = 1000;

    @Benchmark
    public String get_ha(RedisConnections.Ha ha) {
        return get(ha);
    }

    @Benchmark
    public String get_lettuce(RedisConnections.Plain lettuce) {
        return get(lettuce);
    }

    private static String get(RedisConnections redis) {
        return redis.sync().get(RedisConnections.KEY);
    }

    @Benchmark
    public String set_ha(RedisConnections.Ha ha) {
        return set(ha);
    }

    @Benchmark
    public String set_lettuce(RedisConnections.Plain lettuce) {
        return set(lettuce);
    }

    private static String set(RedisConnections redis) {
        return redis.sync().set(RedisConnections.KEY, RedisConnections.VALUE);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public RedisFuture<?>[] pipelined_ha(RedisConnections.Ha ha) {
        return pipelined(ha);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public RedisFuture<?>[] pipelined_lettuce(RedisConnections.Plain lettuce) {
        return pipelined(lettuce);
    }

    private static RedisFuture<?>[] pipelined(RedisConnections redis) {
        RedisFuture<?>[] answers = new RedisFuture<?>[BATCH];
        Arrays.setAll(answers, i -> redis.async().get(RedisConnections.KEY));
        if (!LettuceFutures.awaitAll(20, TimeUnit.SECONDS, answers)) {
            throw new IllegalStateException("no answers within 20 s");
        }
        return answers;
    }
}
