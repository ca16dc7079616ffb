package dev.hastack.redis.queue;

import static dev.hastack.redis.queue.Queues.until;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.redis.HaRedis;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The thread that fetches jobs outlives an error: without it the process would do no more, and nobody would know. */
@HaStackTest(redis = @Redis(nodes = "main"))
class FetcherErrorIT {
    private final RedisReplication servers;

    FetcherErrorIT(RedisReplication servers) {
        this.servers = servers;
    }

    @Test
    void jobs_are_done_after_an_error_and_it_is_said() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Fetcher.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.addAppender(said);
        try (HaStack stack = Queues.open(servers);
                JobQueue queue = Queues.hasty(stack, "mail").open()) {
            BlockingQueue<Job> done = new LinkedBlockingQueue<>();
            Fetcher fetcher = failingOnce(stack.get(HaRedis.class), done);
            Thread thread = new Thread(fetcher, "fetcher under test");
            thread.start();
            try {
                String key = queue.enqueue("welcome");

                Job job = done.poll(60, TimeUnit.SECONDS);
                assertThat(job).as("the job that came after the error").isNotNull();
                assertThat(job.key()).isEqualTo(key);
                until(() -> queue.stats().inProgress() == 0);
            } finally {
                fetcher.close();
                thread.join(60_000);
            }
            assertThat(List.copyOf(said.list))
                    .filteredOn(event -> event.getLevel() == Level.ERROR)
                    .singleElement()
                    .satisfies(event ->
                            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("for a moment"));
        } finally {
            logger.detachAppender(said);
        }
    }

    @Test
    void a_user_who_may_not_read_the_queue_is_reported_once() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Fetcher.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        RedisNode main = servers.node("main");
        main.command("ACL", "SETUSER", "consumer", "on", ">secret", "~*", "&*", "+@all", "-xreadgroup");
        Map<String, String> settings = new HashMap<>(servers.properties());
        settings.put("ha.redis.username", "consumer");
        settings.put("ha.redis.password", "secret");
        try (HaStack stack = HaStack.open(StackConfig.of(settings));
                JobQueue queue = Queues.hasty(stack, "denied").open()) {
            assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
            logger.addAppender(said);
            BlockingQueue<Job> done = new LinkedBlockingQueue<>();
            queue.consume(done::add);
            queue.enqueue("welcome");
            long before = refusals(main);
            until(() -> refusals(main) > before + 3);

            assertThat(List.copyOf(said.list))
                    .filteredOn(event -> event.getLevel() == Level.WARN)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("queue denied: this process gets no jobs: NOPERM");

            main.command("ACL", "SETUSER", "consumer", "+xreadgroup");
            assertThat(done.poll(60, TimeUnit.SECONDS)).isNotNull();
        } finally {
            logger.detachAppender(said);
            main.command("ACL", "DELUSER", "consumer");
        }
    }

    /** How often this server has refused a command for want of the right to it. */
    private static long refusals(RedisNode node) {
        return String.valueOf(node.command("INFO", "errorstats"))
                .lines()
                .filter(line -> line.startsWith("errorstat_NOPERM:count="))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf('=') + 1).strip()))
                .sum();
    }

    /** Of a consumer as the queue has it, but for its first connection. */
    private static Fetcher failingOnce(HaRedis redis, BlockingQueue<Job> done) {
        Settings settings = Settings.of("mail").withBackoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(50)));
        Deliveries deliveries = new Deliveries(redis, Keys.of("mail"), settings, "consumer-1");
        Slots slots = new Slots(1);
        Hands hands = new Hands(settings, done::add, deliveries, slots, new Counters());
        AtomicInteger connections = new AtomicInteger();
        return new Fetcher(
                () -> {
                    if (connections.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("for a moment");
                    }
                    return redis.dedicated();
                },
                settings,
                deliveries,
                slots,
                hands);
    }
}
