package dev.hastack.redis.queue;

import static dev.hastack.redis.queue.Queues.hasty;
import static dev.hastack.redis.queue.Queues.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.redis.Durability;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a queue takes of its stack and of Redis, it gives back. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica"}))
class ClosingIT {
    private static final int JOBS = 40;
    private static final Duration DRAIN = Duration.ofSeconds(60);

    /** The last commands of connections that only a queue has in these tests. */
    private static final Pattern OF_A_QUEUE = Pattern.compile(" cmd=(wait|xreadgroup|xgroup)[| ]");

    private final RedisReplication servers;

    ClosingIT(RedisReplication servers) {
        this.servers = servers;
    }

    @Test
    void gives_back_every_connection_and_thread_however_often() throws Exception {
        try (HaStack stack = Queues.open(servers)) {
            // By then the stack has all connections of its own.
            openAndClose(stack);
            long before = clients().size();

            for (int i = 0; i < 5; i++) {
                openAndClose(stack);
            }

            until(() -> clients().size() <= before);
        }
    }

    private void openAndClose(HaStack stack) throws Exception {
        Queue<Job> done = new ConcurrentLinkedQueue<>();
        JobQueue queue = hasty(stack, "closing")
                .withConcurrency(4)
                .withDurability(Durability.everyReplica().withTimeout(Duration.ofSeconds(10)), DRAIN)
                .open();
        queue.consume(done::add);
        enqueue(queue);
        until(() -> done.size() == JOBS);
        assertThat(clients()).anyMatch(client -> OF_A_QUEUE.matcher(client).find());

        assertThat(queue.close(DRAIN)).isTrue();

        until(() -> clients().stream()
                .noneMatch(client -> OF_A_QUEUE.matcher(client).find()));
        until(() -> threads("closing").isEmpty());
    }

    /** By several threads at once, for which one connection is not enough. */
    private static void enqueue(JobQueue queue) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            List<? extends Future<?>> enqueued = IntStream.range(0, JOBS)
                    .mapToObj(i -> callers.submit(() -> queue.enqueue("job", Enqueue.durably())))
                    .toList();
            for (Future<?> one : enqueued) {
                one.get();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void gives_back_a_fetcher_that_waits_for_a_primary() throws Exception {
        try (HaStack stack = Queues.open(servers)) {
            JobQueue queue = hasty(stack, "waiting").open();
            queue.consume(job -> {});
            until(() -> clients().stream()
                    .anyMatch(client -> OF_A_QUEUE.matcher(client).find()));
            servers.nodes().forEach(node -> node.kill());

            queue.close(Duration.ZERO);

            until(() -> threads("waiting").isEmpty());
        }
    }

    @Test
    void ends_every_thread_with_its_stack_where_nobody_has_closed_it_before() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        HaStack stack = Queues.open(servers);
        JobQueue queue = hasty(stack, "left-open").open();
        queue.consume(job -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
            }
        });
        queue.enqueue("first");
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

        stack.close(Duration.ZERO);

        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
        until(() -> threads("left-open").isEmpty());
        assertThatThrownBy(() -> queue.enqueue("second")).hasMessage("queue left-open is closed: open another");
    }

    @Test
    void is_not_closed_for_its_second_closer_while_a_job_is_being_done() throws Exception {
        try (HaStack stack = Queues.open(servers)) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            JobQueue queue = hasty(stack, "twice").open();
            queue.consume(job -> {
                started.countDown();
                release.await();
            });
            queue.enqueue("first");
            started.await();
            ExecutorService closer = Executors.newSingleThreadExecutor();
            try {
                Future<Boolean> first = closer.submit(() -> queue.close(DRAIN));
                until(() -> refusesToConsume(queue));

                assertThat(queue.close(Duration.ofMillis(50))).isFalse();
                release.countDown();
                assertThat(queue.close(DRAIN)).isTrue();
                assertThat(first.get()).isTrue();
            } finally {
                release.countDown();
                closer.shutdownNow();
            }
        }
    }

    @Test
    void jobs_that_end_meanwhile_may_enqueue_others_and_callers_may_not_afterwards() throws Exception {
        try (HaStack stack = Queues.open(servers)) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            JobQueue queue = hasty(stack, "follow-up").open();
            queue.consume(job -> {
                started.countDown();
                release.await();
                queue.enqueue("second", Enqueue.durably().withDelay(Duration.ofHours(1)));
            });
            queue.enqueue("first");
            started.await();
            ExecutorService closer = Executors.newSingleThreadExecutor();
            try {
                Future<Boolean> closed = closer.submit(() -> queue.close(DRAIN));
                until(() -> refusesToConsume(queue));
                release.countDown();

                assertThat(closed.get()).isTrue();
            } finally {
                closer.shutdownNow();
            }
            assertThat(queue.stats().completed()).isEqualTo(1);
            assertThat(queue.stats().delayed()).isEqualTo(1);
            assertThatThrownBy(() -> queue.enqueue("third"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("queue follow-up is closed: open another");
        }
    }

    private static boolean refusesToConsume(JobQueue queue) {
        try {
            queue.consume(job -> {});
            return false;
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage()).contains("is closed");
        }
    }

    private List<String> clients() {
        return String.valueOf(servers.primary().command("CLIENT", "LIST"))
                .lines()
                .toList();
    }

    private static List<String> threads(String queue) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ha-redis-queue-" + queue + "-"))
                .toList();
    }
}
