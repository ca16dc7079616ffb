package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.hastack.core.config.Address;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SentinelLogTest {
    private final Said said = Said.by(Level.INFO, SentinelLog.class.getName());
    private final SentinelLog log = new SentinelLog();

    @AfterEach
    void close() {
        said.close();
    }

    @Test
    void those_that_go_in_one_round_are_one_line_as_those_that_come_back_in_one() {
        log.failed("Sentinel a:1 does not answer: Connection refused");
        log.failed("Sentinel b:1 does not answer: no answer within 1000 ms");
        log.tell();
        log.tell();
        log.back(new Address("a", 1), Duration.ofSeconds(1));
        log.back(new Address("b", 1), Duration.ofSeconds(3));
        log.tell();
        log.back(new Address("c", 1), Duration.ofSeconds(2));
        log.tell();

        String logger = SentinelLog.class.getName();
        assertThat(said.lines())
                .containsExactly(
                        "WARN " + logger + " Sentinel a:1 does not answer: Connection refused;"
                                + " Sentinel b:1 does not answer: no answer within 1000 ms",
                        "INFO " + logger + " Sentinels a:1, b:1 answer again, after 3 s",
                        "INFO " + logger + " Sentinel c:1 answers again, after 2 s");
    }
}
