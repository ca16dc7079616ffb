package dev.hastack.redis.queue;

import static dev.hastack.redis.queue.Queues.hasty;
import static dev.hastack.redis.queue.Queues.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.redis.HaRedis;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.slf4j.LoggerFactory;

@HaStackTest(
        redis =
                @Redis(
                        nodes = {"main", "replica", "third"},
                        sentinels = 3))
class JobQueueIT {
    private static final Duration DRAIN = Duration.ofSeconds(60);

    private final RedisReplication servers;
    private final BlockingQueue<Job> done = new LinkedBlockingQueue<>();
    private HaStack stack;
    private String name;
    private JobQueue queue;

    JobQueueIT(RedisReplication servers) {
        this.servers = servers;
    }

    @BeforeEach
    void open(TestInfo test) {
        stack = Queues.open(servers);
        name = test.getTestMethod().orElseThrow().getName();
        queue = hasty(stack, name).withConcurrency(4).withMaxAttempts(3).open();
    }

    @AfterEach
    void close() {
        queue.close(DRAIN);
        stack.close(Duration.ZERO);
    }

    private Job next() throws InterruptedException {
        Job job = done.poll(60, TimeUnit.SECONDS);
        assertThat(job).as("a job within a minute").isNotNull();
        return job;
    }

    @Test
    void each_job_is_done_once_when_nothing_happens() throws Exception {
        List<String> payloads =
                IntStream.range(0, 300).mapToObj(i -> "job " + i).toList();
        try (JobQueue other = hasty(stack, name).open()) {
            queue.consume(done::add);
            other.consume(done::add);
            payloads.forEach(queue::enqueue);
            until(() -> queue.stats().completed() + other.stats().completed() == payloads.size());
        }
        assertThat(done).extracting(Job::payload).containsExactlyInAnyOrderElementsOf(payloads);
        assertThat(done).extracting(Job::attempt).containsOnly(1);
        JobStats stats = queue.stats();
        assertThat(stats.waiting() + stats.inProgress() + stats.delayed() + stats.dead() + stats.duplicates())
                .as("%s", stats)
                .isZero();
        assertThat(stats.oldest()).isEmpty();
    }

    @Test
    void a_job_is_not_done_before_it_is_due() throws Exception {
        Instant begin = Instant.now();
        queue.enqueue("later", Enqueue.plainly().withDelay(Duration.ofSeconds(3)));
        queue.enqueue("never here", Enqueue.plainly().withDelay(Duration.ofHours(1)));
        assertThat(queue.stats().delayed()).isEqualTo(2);
        queue.consume(done::add);
        queue.enqueue("now");
        assertThat(next().payload()).isEqualTo("now");
        assertThat(next().payload()).isEqualTo("later");
        assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofMillis(2_950));
        assertThat(queue.stats().delayed()).isEqualTo(1);
    }

    @Test
    void a_job_that_was_done_is_not_done_again_because_redis_did_not_take_its_end() throws Exception {
        RedisNode primary = servers.primary();
        queue.consume(job -> {
            primary.command("CONFIG", "SET", "min-replicas-to-write", "9");
            done.add(job);
        });
        queue.enqueue("once");
        until(() -> String.valueOf(primary.command("INFO", "errorstats")).contains("NOREPLICAS"));
        assertThat(queue.stats().inProgress()).isEqualTo(1);

        primary.command("CONFIG", "SET", "min-replicas-to-write", "0");

        until(() -> queue.stats().completed() == 1);
        assertThat(done).hasSize(1);
        assertThat(queue.stats().inProgress()).isZero();
    }

    @Test
    void a_job_that_fails_comes_again_until_it_succeeds() throws Exception {
        queue.consume(job -> {
            done.add(job);
            if (job.attempt() < 3) {
                throw new IllegalStateException("not yet");
            }
        });
        String key = queue.enqueue("stubborn\nand of \"two\" lines, in UTF-8: \u00e4\u20ac");
        List<Job> jobs = List.of(next(), next(), next());
        assertThat(jobs).extracting(Job::attempt).containsExactly(1, 2, 3);
        assertThat(jobs).extracting(Job::key).containsOnly(key);
        assertThat(jobs)
                .extracting(Job::payload)
                .containsOnly("stubborn\nand of \"two\" lines, in UTF-8: \u00e4\u20ac");
        assertThat(jobs.get(0).enqueuedAt()).isEqualTo(jobs.get(2).enqueuedAt());
        until(() -> queue.stats().completed() == 1);
        assertThat(queue.stats().failed()).isEqualTo(2);
    }

    @Test
    void a_job_that_keeps_failing_becomes_a_dead_letter_with_the_reason() throws Exception {
        queue.consume(job -> {
            throw new IllegalArgumentException("no such article: " + job.payload());
        });
        String key = queue.enqueue("4711");
        until(() -> queue.stats().dead() == 1);
        DeadJob dead = queue.dead(10).get(0);
        assertThat(dead.key()).isEqualTo(key);
        assertThat(dead.payload()).isEqualTo("4711");
        assertThat(dead.attempts()).isEqualTo(3);
        assertThat(dead.reason()).contains("IllegalArgumentException", "no such article: 4711");
        assertThat(dead.diedAt()).isAfterOrEqualTo(dead.enqueuedAt());
        until(() -> queue.stats().buried() == 1);
        assertThat(queue.stats().waiting() + queue.stats().inProgress()).isZero();
    }

    @Test
    void the_jobs_of_a_process_that_dies_are_claimed_and_count_an_attempt() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        HaStack dying = Queues.open(servers);
        JobQueue theirs = hasty(dying, name).withConcurrency(2).open();
        theirs.consume(job -> {
            done.add(job);
            never.await();
        });
        queue.enqueue("orphan");
        assertThat(next().attempt()).isEqualTo(1);
        dying.close(Duration.ZERO);
        queue.consume(done::add);
        Job claimed = next();
        assertThat(claimed.payload()).isEqualTo("orphan");
        assertThat(claimed.attempt()).isEqualTo(2);
        until(() -> queue.stats().completed() == 1);
        assertThat(queue.stats().claimed()).isEqualTo(1);
        theirs.close(Duration.ZERO);
    }

    @Test
    void a_job_whose_processes_die_each_time_becomes_a_dead_letter() throws Exception {
        queue.enqueue("poison");
        try (var own = stack.get(HaRedis.class).dedicated()) {
            Deliveries dying = deliveries("dying", 1);
            dying.createGroup(own.sync());
            assertThat(dying.read(own.sync(), 1, Duration.ofSeconds(1))).hasSize(1);
            for (int deaths = 2; deaths <= 3; deaths++) {
                Deliveries next = deliveries("dying-" + deaths, 1);
                until(() -> next.claim(own.sync(), 1).size() == 1);
            }
        }
        queue.consume(done::add);
        until(() -> queue.stats().dead() == 1);
        assertThat(queue.dead(1).get(0).reason()).contains("dying-3", "was not heard of");
        assertThat(queue.dead(1).get(0).attempts()).isEqualTo(3);
        assertThat(done).isEmpty();
    }

    private Deliveries deliveries(String consumer, int concurrency) {
        return new Deliveries(
                stack.get(HaRedis.class),
                Keys.of(name),
                Settings.of(name)
                        .withConcurrency(concurrency)
                        .withMaxAttempts(3)
                        .withClaimAfter(Duration.ofMillis(100)),
                consumer);
    }

    @Test
    void a_job_that_takes_long_stays_with_its_consumer() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        queue.consume(job -> {
            done.add(job);
            release.await();
        });
        queue.enqueue("long");
        Job first = next();
        try (JobQueue other = hasty(stack, name).open()) {
            other.consume(done::add);
            until(() -> queue.stats().oldest().orElseThrow().compareTo(Queues.CLAIM_AFTER.multipliedBy(2)) > 0);
            release.countDown();
            until(() -> queue.stats().completed() == 1);
            assertThat(other.stats().claimed()).isZero();
        }
        assertThat(first.attempt()).isEqualTo(1);
        assertThat(done).isEmpty();
    }

    @Test
    void a_job_that_another_consumer_claims_while_it_is_being_done_is_told_once() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Hands.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.addAppender(said);
        CountDownLatch release = new CountDownLatch(1);
        try (var own = stack.get(HaRedis.class).dedicated()) {
            queue.consume(job -> {
                done.add(job);
                release.await();
            });
            queue.enqueue("claimed");
            next();
            // It gives up consumers sooner than they renew what they hold.
            Deliveries other = deliveries("other", 1);
            until(() -> other.claim(own.sync(), 1).size() == 1);
            until(() -> !said.list.isEmpty());
            long told = System.nanoTime();
            until(() -> System.nanoTime() - told
                    > Queues.CLAIM_AFTER.multipliedBy(2).toNanos());
            assertThat(List.copyOf(said.list))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("A job is done here that another consumer has claimed");
        } finally {
            release.countDown();
            logger.detachAppender(said);
        }
    }

    @Test
    void what_is_enqueued_again_under_its_key_is_one_job() throws Exception {
        Enqueue once = Enqueue.plainly().withKey("article 4711");
        assertThat(queue.enqueue("first", once)).isEqualTo("article 4711");
        queue.enqueue("second", once);
        queue.enqueue("third", once.withDelay(Duration.ofMillis(1)));
        assertThat(queue.stats().waiting()).isEqualTo(1);
        queue.consume(done::add);
        assertThat(next().payload()).isEqualTo("first");
        until(() -> queue.stats().completed() == 1);
        queue.enqueue("after that one was done", once);
        assertThat(next().payload()).isEqualTo("after that one was done");
    }

    @Test
    void closing_lets_jobs_end_and_gives_back_what_has_not_started() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (JobQueue closing =
                hasty(stack, name).withClaimAfter(Duration.ofMinutes(1)).open()) {
            closing.consume(job -> {
                done.add(job);
                if (job.payload().equals("slow")) {
                    release.await();
                }
            });
            // Quick ones first, so that more are fetched ahead than there are threads.
            IntStream.range(0, 50).forEach(i -> queue.enqueue("quick"));
            until(() -> closing.stats().completed() == 50);
            IntStream.range(0, 5).forEach(i -> queue.enqueue("slow"));
            until(() -> queue.stats().inProgress() > 1);
            CompletableFuture<Boolean> closed = CompletableFuture.supplyAsync(() -> closing.close(DRAIN));
            until(() -> queue.stats().inProgress() == 1);
            assertThat(closed).as("one job is under way").isNotDone();
            release.countDown();
            assertThat(closed.get(DRAIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(done).as("of 55").hasSize(51);
        queue.consume(done::add);
        until(() -> done.size() == 55);
        assertThat(done).extracting(Job::attempt).containsOnly(1);
    }

    @Test
    void closing_interrupts_what_does_not_end_in_time_and_gives_it_back() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (JobQueue closing =
                hasty(stack, name).withClaimAfter(Duration.ofMinutes(1)).open()) {
            closing.consume(job -> {
                done.add(job);
                never.await();
            });
            queue.enqueue("endless");
            next();
            assertThat(closing.close(Duration.ofMillis(1))).isFalse();
        }
        queue.consume(done::add);
        assertThat(next().attempt()).isEqualTo(1);
    }

    @Test
    void a_group_that_was_lost_is_made_anew_and_no_job_with_it() throws Exception {
        queue.consume(done::add);
        queue.enqueue("before");
        next();
        stack.get(HaRedis.class).connection().sync().xgroupDestroy(Keys.of(name).jobs(), JobStore.GROUP);
        queue.enqueue("after");
        until(() -> queue.stats().waiting() + queue.stats().inProgress() == 0);
        assertThat(done).extracting(Job::payload).contains("after");
    }

    @Test
    void health_tells_of_the_queue_while_it_is_open() throws Exception {
        queue.enqueue("one");
        JobQueue other = stack.get(HaRedis.class).queue(name + "-2").open();
        until(() -> health().contains("Queue " + name + "-2 has 0 jobs waiting"));
        assertThat(health()).contains("Queue " + name + " ");
        other.close();
        assertThat(health()).doesNotContain(name + "-2");
    }

    private String health() {
        return stack.health().store("redis").describe();
    }

    @Test
    void a_second_handler_in_one_process_is_refused() {
        queue.consume(done::add);
        assertThatThrownBy(() -> queue.consume(done::add))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("set its concurrency");
    }
}
