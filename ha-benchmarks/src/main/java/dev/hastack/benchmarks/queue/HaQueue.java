package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.lab.redis.RedisServers;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.queue.Enqueue;
import dev.hastack.redis.queue.JobQueue;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * ha-stack's queue.
 *
 * @param how jobs are enqueued
 */
record HaQueue(String id, Enqueue how) implements Contender {
    static final HaQueue PLAIN = new HaQueue("ha-stack", Enqueue.plainly());
    static final HaQueue DURABLE = new HaQueue("ha-stack, durable", Enqueue.durably());

    @Override
    public String configuration() {
        return "`JobQueue`, its concurrency being the number of consumers, all else left at its defaults"
                + (how.durable() ? "; a job is enqueued once both replicas have it" : "");
    }

    @Override
    public Running open(RedisServers servers, String name, int consumers, Consumer<String> done) {
        HaStack stack = connect(servers);
        JobQueue queue =
                stack.get(HaRedis.class).queue(name).withConcurrency(consumers).open();
        queue.consume(job -> done.accept(job.payload()));
        return new Running() {
            @Override
            public void enqueue(String payload) {
                queue.enqueue(payload, how);
            }

            @Override
            public void close() {
                queue.close();
                stack.close();
            }
        };
    }

    /** A stack that is ready. */
    static HaStack connect(RedisServers servers) {
        HaStack stack = HaStack.open(StackConfig.of(servers.replication().properties()));
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            IllegalStateException notReady = new IllegalStateException("not ready: " + stack.health());
            stack.close();
            throw notReady;
        }
        return stack;
    }
}
