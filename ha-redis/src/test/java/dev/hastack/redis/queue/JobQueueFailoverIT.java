package dev.hastack.redis.queue;

import static dev.hastack.redis.queue.Queues.hasty;
import static dev.hastack.redis.queue.Queues.until;

import dev.hastack.core.HaStack;
import dev.hastack.redis.Durability;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica", "third"},
                        sentinels = 3))
class JobQueueFailoverIT {
    private final RedisReplication servers;
    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final Set<String> enqueued = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean enough = new AtomicBoolean();
    private HaStack stack;
    private JobQueue queue;

    JobQueueFailoverIT(RedisReplication servers) {
        this.servers = servers;
    }

    @BeforeEach
    void open(TestInfo test) {
        stack = Queues.open(servers);
        queue = hasty(stack, test.getTestMethod().orElseThrow().getName())
                .concurrency(4)
                .claimAfter(Duration.ofSeconds(2))
                .durability(Durability.replicas(1), Duration.ofSeconds(20))
                .open();
        queue.consume(job -> done.add(job.key()));
    }

    @AfterEach
    void close() {
        enough.set(true);
        queue.close(Duration.ofSeconds(1));
        stack.close(Duration.ZERO);
    }

    @Test
    void no_job_that_was_enqueued_durably_is_lost_when_the_primary_is_killed() throws Exception {
        throughTheEndOf(servers.primary(), RedisNode::kill);
    }

    @Test
    void no_job_that_was_enqueued_durably_is_lost_when_the_primary_hangs() throws Exception {
        throughTheEndOf(servers.primary(), RedisNode::hang);
    }

    private interface Fault {
        void strike(RedisNode node);
    }

    private void throughTheEndOf(RedisNode primary, Fault fault) throws Exception {
        List<CompletableFuture<Void>> producers = Stream.generate(() -> CompletableFuture.runAsync(this::produce))
                .limit(2)
                .toList();
        until(() -> done.size() > 200);
        fault.strike(primary);
        servers.awaitPrimaryOtherThan(primary, Duration.ofSeconds(10));
        int then = enqueued.size();
        until(() -> enqueued.size() > then + 200);
        enough.set(true);
        for (CompletableFuture<Void> producer : producers) {
            producer.get(30, TimeUnit.SECONDS);
        }
        until(() -> done.containsAll(enqueued));
        until(() -> queue.stats().waiting() + queue.stats().inProgress() == 0);
    }

    private void produce() {
        while (!enough.get()) {
            enqueued.add(queue.enqueue("payload", Enqueue.durably()));
        }
    }
}
