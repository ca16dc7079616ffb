package dev.hastack.redis.queue;

import static dev.hastack.redis.queue.Queues.hasty;
import static dev.hastack.redis.queue.Queues.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    JobQueueFailoverIT(RedisReplication servers) {
        this.servers = servers;
    }

    @BeforeEach
    void open() {
        stack = Queues.open(servers);
    }

    @AfterEach
    void close() {
        enough.set(true);
        stack.close(Duration.ZERO);
    }

    @Test
    void no_job_that_was_enqueued_durably_is_lost_when_the_primary_is_killed() throws Exception {
        through(RedisNode::kill);
    }

    @Test
    void no_job_that_was_enqueued_durably_is_lost_when_the_primary_hangs() throws Exception {
        through(RedisNode::hang);
    }

    @Test
    void no_job_that_was_enqueued_durably_is_lost_when_the_primary_is_moved() throws Exception {
        through(former -> servers.failover());
    }

    @Test
    void a_replica_that_hangs_delays_a_durable_job_and_does_not_prevent_it() throws Exception {
        servers.node("third").hang();
        try (JobQueue queue = hasty(stack, UUID.randomUUID().toString()).open()) {
            queue.enqueue("payload", Enqueue.durably());
            assertThat(queue.stats().waiting()).isEqualTo(1);
        }
    }

    private interface Fault {
        void strike(RedisNode primary);
    }

    private void through(Fault fault) throws Exception {
        try (JobQueue queue =
                hasty(stack, UUID.randomUUID().toString()).withConcurrency(4).open()) {
            queue.consume(job -> done.add(job.key()));
            List<CompletableFuture<Void>> producers = Stream.generate(
                            () -> CompletableFuture.runAsync(() -> produce(queue)))
                    .limit(2)
                    .toList();
            until(() -> done.size() > 200);
            RedisNode primary = servers.primary();
            fault.strike(primary);
            servers.awaitPrimaryOtherThan(primary, Duration.ofSeconds(60));
            int then = enqueued.size();
            until(() -> enqueued.size() > then + 200);
            enough.set(true);
            for (CompletableFuture<Void> producer : producers) {
                producer.get(60, TimeUnit.SECONDS);
            }
            until(() -> done.containsAll(enqueued));
            until(() -> queue.stats().waiting() + queue.stats().inProgress() == 0);
        }
    }

    private void produce(JobQueue queue) {
        while (!enough.get()) {
            enqueued.add(queue.enqueue("payload", Enqueue.durably()));
        }
    }
}
