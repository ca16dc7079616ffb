package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UpkeepTest {
    private final BlockingQueue<ILoggingEvent> said = new LinkedBlockingQueue<>();

    @Test
    void outlives_an_error_and_says_so() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Upkeep.class);
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                said.add(event);
            }
        };
        appender.start();
        logger.addAppender(appender);
        Upkeep upkeep = new Upkeep("mail");
        try {
            AtomicInteger runs = new AtomicInteger();
            CountDownLatch again = new CountDownLatch(1);
            upkeep.every(Duration.ofMillis(1), () -> {
                if (runs.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("for a moment");
                }
                again.countDown();
            });

            assertThat(again.await(60, TimeUnit.SECONDS)).as("it is done again").isTrue();
            ILoggingEvent first = said.poll(60, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.getLevel()).isEqualTo(Level.ERROR);
            assertThat(first.getThrowableProxy().getMessage()).isEqualTo("for a moment");
        } finally {
            upkeep.close();
            logger.detachAppender(appender);
        }
    }
}
