package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.lab.redis.RedisServers;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.RedisSentinel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.redisson.Redisson;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Redisson's plain queue, a list: what a consumer takes is gone, whether it does it or dies. */
record RedissonQueue() implements Contender {
    private static final long BLOCK_MILLIS = 500;

    @Override
    public String id() {
        return "redisson";
    }

    @Override
    public String configuration() {
        return "Redisson's `RBlockingQueue` with `StringCodec` under Sentinel, each consumer a thread that polls; at most once:"
                + " what a consumer has taken dies with it";
    }

    @Override
    public Running open(RedisServers servers, String name, int consumers, Consumer<String> done) {
        Config config = new Config();
        config.useSentinelServers()
                .setMasterName(RedisReplication.SENTINEL_MASTER)
                .addSentinelAddress(servers.replication().sentinels().stream()
                        .map(RedisSentinel::address)
                        .map(address -> "redis://" + address)
                        .toArray(String[]::new));
        RedissonClient client = Redisson.create(config);
        RBlockingQueue<String> queue = client.getBlockingQueue(name, StringCodec.INSTANCE);
        Workers workers = Workers.start(consumers, () -> {
            String payload = queue.poll(BLOCK_MILLIS, TimeUnit.MILLISECONDS);
            if (payload != null) {
                done.accept(payload);
            }
        });
        return new Running() {
            @Override
            public void enqueue(String payload) {
                if (!queue.offer(payload)) {
                    throw new IllegalStateException("Redisson has refused a job");
                }
            }

            @Override
            public void close() {
                workers.end();
                client.shutdown();
            }
        };
    }
}
