package dev.hastack.core;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.StoreHealth;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(600)
class ClosingTest {
    private static final Duration LONG = Duration.ofDays(1_000_000);

    private final CountDownLatch ended = new CountDownLatch(1);

    @Test
    void a_store_that_never_ends_holds_up_nobody() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Store stuck = new Closed("stuck", drain -> {
            await(never);
            return true;
        });
        Store quick = new Closed("quick", drain -> {
            ended.countDown();
            return true;
        });

        assertThat(Closing.all(List.of(stuck, quick), Duration.ZERO, Duration.ofMillis(50)))
                .isFalse();

        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(threads("ha-stuck-close")).hasSize(1).allMatch(Thread::isDaemon);
        never.countDown();
    }

    @Test
    void a_store_that_throws_leaves_no_other_open() throws Exception {
        Store broken = new Closed("broken", drain -> {
            throw new IllegalStateException("meant by a test");
        });
        Store quick = new Closed("quick", drain -> {
            ended.countDown();
            return true;
        });

        assertThat(Closing.all(List.of(broken, quick), LONG, LONG)).isFalse();
        assertThat(ended.getCount()).isZero();
    }

    @Test
    void an_interrupt_is_kept_and_closes_nothing_early() {
        Thread.currentThread().interrupt();

        assertThat(Closing.all(List.of(new Closed("quick", drain -> drain.equals(LONG))), LONG, LONG))
                .isTrue();

        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void logging_that_never_ends_holds_up_nobody() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Store stuck = new Closed("unlogged", drain -> {
            await(never);
            return true;
        });
        AppenderBase<ILoggingEvent> blocked = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                await(never);
            }
        };
        blocked.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Closing.class);
        logger.addAppender(blocked);
        try {
            assertThat(Closing.all(List.of(stuck), Duration.ZERO, Duration.ofMillis(50)))
                    .isFalse();
            assertThat(threads("ha-unlogged-close-warning")).hasSize(1).allMatch(Thread::isDaemon);
        } finally {
            never.countDown();
            logger.detachAppender(blocked);
        }
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Closed(String name, Function<Duration, Boolean> closing) implements Store {
        @Override
        public StoreHealth health() {
            return StoreHealth.of(name, Health.UP, "", List.of(), List.of());
        }

        @Override
        public boolean awaitReady(Duration timeout) {
            return true;
        }

        @Override
        public boolean close(Duration drain) {
            return closing.apply(drain);
        }
    }
}
