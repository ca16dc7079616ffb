package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.RedisException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class JobTroublesTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(JobTroubles.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private long now;
    private final JobTroubles troubles = new JobTroubles("mail", () -> now);

    @BeforeEach
    void listen() {
        said.start();
        logger.addAppender(said);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(said);
    }

    @Test
    void hundreds_of_failures_are_a_line_now_and_then_ever_more_rarely_and_one_at_the_end() {
        for (int i = 0; i < 700; i++) {
            troubles.failed("job-" + i, 1, "a job has failed and comes again", new RedisException("gone"));
            now += TimeUnit.MILLISECONDS.toNanos(100);
        }
        now += TimeUnit.SECONDS.toNanos(61);
        troubles.look();
        troubles.look();

        assertThat(lines())
                .containsExactly(
                        "queue mail: a job has failed and comes again: io.lettuce.core.RedisException: gone",
                        "queue mail: 100 more jobs have failed within 10 s, the last with io.lettuce.core.RedisException: gone",
                        "queue mail: 100 more jobs have failed within 10 s, the last with io.lettuce.core.RedisException: gone",
                        "queue mail: 200 more jobs have failed within 20 s, the last with io.lettuce.core.RedisException: gone",
                        "queue mail: no job fails any more, after 700 failures within 70 s");
        assertThat(said.list).allMatch(event -> event.getThrowableProxy() == null);
    }

    @Test
    void of_a_single_failure_nothing_more_is_said() {
        troubles.failed("job", 1, "a job has failed and comes again", new RedisException("gone"));
        now += TimeUnit.SECONDS.toNanos(61);
        troubles.look();
        troubles.failed("job", 1, "a job has failed and comes again", new RedisException("gone again"));

        assertThat(lines())
                .containsExactly(
                        "queue mail: a job has failed and comes again: io.lettuce.core.RedisException: gone",
                        "queue mail: a job has failed and comes again: io.lettuce.core.RedisException: gone again");
    }

    @Test
    void failures_that_come_now_and_then_are_one_row() {
        for (int i = 0; i < 35; i++) {
            troubles.failed("job-" + i, 1, "a job has failed and comes again", new RedisException("slow"));
            now += TimeUnit.SECONDS.toNanos(12);
            troubles.look();
        }
        now += TimeUnit.SECONDS.toNanos(61);
        troubles.look();

        assertThat(lines())
                .hasSizeLessThan(10)
                .startsWith(
                        "queue mail: a job has failed and comes again: io.lettuce.core.RedisException: slow",
                        "queue mail: one more job has failed within 12 s, the last with io.lettuce.core.RedisException: slow")
                .endsWith("queue mail: no job fails any more, after 35 failures within 7 min");
    }

    @Test
    void a_failure_of_another_kind_or_with_another_end_is_told_at_once() {
        troubles.failed("job", 1, "a job has failed and comes again", new RedisException("gone"));
        troubles.failed("job", 1, "a job has failed and comes again", new IllegalStateException("a bug"));
        troubles.failed("job", 1, "a job has failed and comes again", new IllegalStateException("the same"));
        troubles.failed("job", 5, "a job has failed and becomes a dead letter", new RedisException("gone"));
        assertThat(lines())
                .containsExactly(
                        "queue mail: a job has failed and comes again: io.lettuce.core.RedisException: gone",
                        "queue mail: a job has failed and comes again: java.lang.IllegalStateException: a bug",
                        "queue mail: a job has failed and becomes a dead letter: io.lettuce.core.RedisException: gone");
    }

    @Test
    void a_fault_of_the_handler_has_its_stack_trace() {
        troubles.failed("job", 1, "a job has failed and comes again", new IllegalStateException("a bug"));
        assertThat(said.list.get(0).getThrowableProxy()).isNotNull();
    }

    private List<String> lines() {
        return said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
