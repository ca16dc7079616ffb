package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TollTest {
    private static final boolean SERVED = true;
    private static final boolean DARK = false;

    private final Logger topology = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Toll toll = new Toll("fake");
    private Instant now = Instant.EPOCH;

    @BeforeEach
    void listen() {
        lines.start();
        topology.addAppender(lines);
    }

    @AfterEach
    void stop() {
        topology.detachAppender(lines);
    }

    @Test
    void what_a_fault_cost_is_one_line_also_of_calls_that_end_just_after_it_is_over() {
        toll.fault(now);
        toll.held();
        toll.held();
        after(Duration.ofMillis(100), DARK);
        toll.unknown();
        after(Duration.ofMillis(1200), SERVED);
        assertThat(told()).isEmpty();

        toll.failed();
        after(Duration.ofMillis(200), SERVED);
        after(Duration.ofMillis(900), SERVED);
        assertThat(told()).isEmpty();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofMinutes(1), SERVED);

        assertThat(told())
                .containsExactly("WARN fake: callers are served again, after 1.5 s:"
                        + " calls held 2, failed 1, of unknown outcome 1");
    }

    @Test
    void calls_that_were_held_and_then_served_are_no_warning() {
        toll.fault(now);
        toll.held();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(1), SERVED);

        assertThat(told())
                .containsExactly("INFO fake: callers are served again, after 100 ms:"
                        + " calls held 1, failed 0, of unknown outcome 0");
    }

    @Test
    void a_fault_that_cost_nothing_and_calls_that_fail_without_one_are_no_line() {
        toll.fault(now);
        after(Duration.ofSeconds(2), SERVED);
        after(Duration.ofMinutes(2), SERVED);
        toll.failed();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(30), SERVED);

        assertThat(told()).isEmpty();
    }

    @Test
    void a_call_that_ends_when_its_own_time_is_over_is_told_of_the_fault_before() {
        toll.fault(now);
        after(Duration.ofSeconds(2), SERVED);
        after(Duration.ofSeconds(28), SERVED);
        toll.unknown();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(1), SERVED);

        assertThat(told())
                .containsExactly("WARN fake: calls suffered up to 30 s after the fault:"
                        + " calls held 0, failed 0, of unknown outcome 1");
    }

    @Test
    void a_fault_that_was_told_as_over_is_over_and_calls_that_fail_later_do_not_lengthen_it() {
        toll.fault(now);
        toll.failed();
        after(Duration.ofMillis(100), DARK);
        after(Duration.ofSeconds(2), SERVED);
        after(Duration.ofSeconds(13), SERVED);
        toll.failed();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(1), SERVED);
        after(Duration.ofSeconds(20), SERVED);
        toll.failed();
        toll.fault(now);
        after(Duration.ofMillis(200), SERVED);
        after(Duration.ofSeconds(1), SERVED);

        assertThat(told())
                .containsExactly(
                        "WARN fake: callers are served again, after 100 ms:"
                                + " calls held 0, failed 1, of unknown outcome 0",
                        "WARN fake: calls suffered up to 15 s after the fault:"
                                + " calls held 0, failed 1, of unknown outcome 0",
                        "WARN fake: callers are served again, after 200 ms:"
                                + " calls held 0, failed 1, of unknown outcome 0");
    }

    @Test
    void calls_that_go_on_ending_late_are_told_of_ever_more_rarely_and_all_of_them() {
        toll.fault(now);
        toll.failed();
        after(Duration.ofMillis(100), DARK);
        for (int second = 0; second < 57; second++) {
            after(Duration.ofMillis(500), SERVED);
            if (second % 2 == 1) {
                toll.failed();
            }
            after(Duration.ofMillis(500), SERVED);
        }
        after(Duration.ofSeconds(1), SERVED);
        after(Duration.ofSeconds(1), SERVED);
        after(Duration.ofSeconds(30), SERVED);

        assertThat(told())
                .containsExactly(
                        "WARN fake: callers are served again, after 100 ms:"
                                + " calls held 0, failed 1, of unknown outcome 0",
                        "WARN fake: calls suffered up to 10 s after the fault:"
                                + " calls held 0, failed 5, of unknown outcome 0",
                        "WARN fake: calls suffered up to 22 s after the fault:"
                                + " calls held 0, failed 6, of unknown outcome 0",
                        "WARN fake: calls suffered up to 46 s after the fault:"
                                + " calls held 0, failed 12, of unknown outcome 0",
                        "WARN fake: calls suffered up to 56 s after the fault:"
                                + " calls held 0, failed 5, of unknown outcome 0");
    }

    @Test
    void nobody_suffers_for_long_when_a_fault_has_just_become_known() {
        toll.failed();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofMillis(9500), SERVED);
        toll.fault(now);
        toll.failed();
        after(Duration.ofMillis(900), DARK);
        assertThat(told()).isEmpty();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(2), SERVED);

        assertThat(told()).hasSize(1);
    }

    @Test
    void calls_that_end_before_it_is_known_that_something_is_wrong_count_too_and_those_long_before_do_not() {
        toll.failed();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(10), SERVED);
        toll.unknown();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(5), SERVED);
        toll.fault(now);
        after(Duration.ofSeconds(1), SERVED);

        assertThat(told())
                .containsExactly("WARN fake: callers are served again, after 5 s:"
                        + " calls held 0, failed 0, of unknown outcome 1");
    }

    @Test
    void a_fault_does_not_begin_with_the_one_before() {
        toll.fault(now);
        toll.held();
        after(Duration.ofMillis(100), SERVED);
        after(Duration.ofSeconds(1), SERVED);
        after(Duration.ofSeconds(57), SERVED);
        toll.failed();
        after(Duration.ofMillis(100), SERVED);
        now = now.plusMillis(300);
        toll.fault(now);
        after(Duration.ofSeconds(1), SERVED);

        assertThat(told())
                .containsExactly(
                        "INFO fake: callers are served again, after 100 ms:"
                                + " calls held 1, failed 0, of unknown outcome 0",
                        "WARN fake: callers are served again, after 300 ms:"
                                + " calls held 0, failed 1, of unknown outcome 0");
    }

    @Test
    void a_fault_that_lasts_tells_in_between_ever_more_rarely_and_the_next_begins_anew() {
        toll.fault(now);
        for (int i = 0; i < 50; i++) {
            toll.failed();
            after(Duration.ofSeconds(1), DARK);
        }
        after(Duration.ofSeconds(1), SERVED);
        toll.fault(now);
        toll.held();
        after(Duration.ofMillis(10), SERVED);
        after(Duration.ofSeconds(1), SERVED);

        assertThat(told())
                .containsExactly(
                        "WARN fake: callers suffer, for 11 s now: calls held 0, failed 11, of unknown outcome 0",
                        "WARN fake: callers suffer, for 22 s now: calls held 0, failed 22, of unknown outcome 0",
                        "WARN fake: callers suffer, for 44 s now: calls held 0, failed 44, of unknown outcome 0",
                        "WARN fake: callers are served again, after 50 s:"
                                + " calls held 0, failed 50, of unknown outcome 0",
                        "INFO fake: callers are served again, after 10 ms:"
                                + " calls held 1, failed 0, of unknown outcome 0");
    }

    @Test
    void who_closes_in_the_midst_of_a_fault_is_told_too() {
        toll.fault(now);
        toll.held();
        after(Duration.ofMillis(300), DARK);
        toll.failed();
        now = now.plusMillis(200);
        toll.close(now);

        assertThat(told())
                .containsExactly("WARN fake: closed, and callers suffered for 500 ms:"
                        + " calls held 1, failed 1, of unknown outcome 0");
    }

    private void after(Duration time, boolean served) {
        now = now.plus(time);
        toll.look(served, now);
    }

    private List<String> told() {
        return lines.list.stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .toList();
    }
}
