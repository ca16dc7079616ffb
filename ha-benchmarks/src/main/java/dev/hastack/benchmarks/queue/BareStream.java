package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.lab.redis.RedisServers;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What one writes by hand: XADD, and a loop of XREADGROUP, XACK and XDEL. */
record BareStream() implements Contender {
    private static final String GROUP = "workers";
    private static final int BATCH = 10;
    private static final long BLOCK_MILLIS = 500;

    @Override
    public String id() {
        return "bare stream";
    }

    @Override
    public String configuration() {
        return "plain Lettuce to the primary's address: XADD on one shared connection; each consumer a thread with a"
                + " connection of its own, XREADGROUP of ten at a time, XACK and XDEL of each; nothing claims what a consumer"
                + " leaves, nothing retries, nothing follows a failover";
    }

    @Override
    public Running open(RedisServers servers, String name, int consumers, java.util.function.Consumer<String> done) {
        RedisClient client =
                RedisClient.create("redis://" + servers.replication().primary().address());
        RedisCommands<String, String> producer = client.connect().sync();
        producer.xgroupCreate(StreamOffset.from(name, "0"), GROUP, XGroupCreateArgs.Builder.mkstream());
        Queue<Loop> loops = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < consumers; i++) {
            loops.add(new Loop(client.connect().sync(), name, "consumer-" + i, new ArrayDeque<>()));
        }
        ThreadLocal<Loop> mine = ThreadLocal.withInitial(loops::remove);
        Workers workers = Workers.start(consumers, () -> mine.get().turn(done));
        return new Running() {
            @Override
            public void enqueue(String payload) {
                producer.xadd(name, Map.of("payload", payload));
            }

            @Override
            public void close() {
                workers.end();
                client.shutdown();
            }
        };
    }

    /** One consumer. */
    private record Loop(
            RedisCommands<String, String> redis,
            String stream,
            String consumer,
            Queue<StreamMessage<String, String>> fetched) {

        @SuppressWarnings("unchecked") // Of Lettuce's own varargs.
        void turn(java.util.function.Consumer<String> done) {
            List<StreamMessage<String, String>> messages = redis.xreadgroup(
                    Consumer.from(GROUP, consumer),
                    XReadArgs.Builder.count(BATCH).block(BLOCK_MILLIS),
                    StreamOffset.lastConsumed(stream));
            for (StreamMessage<String, String> message : messages) {
                done.accept(message.getBody().get("payload"));
                redis.xack(stream, GROUP, message.getId());
                redis.xdel(stream, message.getId());
            }
        }
    }
}
