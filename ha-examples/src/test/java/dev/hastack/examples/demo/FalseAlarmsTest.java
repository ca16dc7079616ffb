package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FalseAlarmsTest {

    private static final String LATE =
            "12:00:00.000 WARN  d.hastack.topology postgres: delivery lags by at least 2.4 s, "
                    + "more than max-lag of 2 s, and gets no reads";

    private final Alarms alarms = new Alarms();
    private final Lags lags = new Lags();

    private List<String> untrue() {
        return FalseAlarms.of(alarms.since(Instant.EPOCH), Map.of("postgres", lags)).stream()
                .map(Alarms.Alarm::toString)
                .toList();
    }

    @Test
    void a_node_that_is_called_down_while_nothing_was_broken_is_a_false_alarm() {
        alarms.read(
                "editor-1", "12:00:00.000 WARN  d.hastack.topology redis: main is down: HUNG, no answer within 560 ms");

        assertThat(untrue()).singleElement().asString().startsWith("editor-1: ").contains("main is down: HUNG");
    }

    @Test
    void what_is_no_warning_or_the_word_of_others_is_no_alarm() {
        alarms.read("editor-1", "12:00:00.000 INFO  d.hastack.topology redis: main is the primary");
        alarms.read("editor-1", "12:00:00.000 WARN  d.h.examples.http.Server a client went away");
        alarms.read("editor-1", "12:00:00.000 WARN  c.z.hikari.pool.Pool something");
        alarms.read(
                "editor-1",
                "12:00:00.000 WARN  [ha-stack-events] d.hastack.topology - elasticsearch: es-2 answers, and refuses something:"
                        + " writes refused: it knows no elected master");
        alarms.read("editor-1", "12:00:00.000 WARN  [worker] d.h.r.q.JobTroubles - queue publish: a job has failed");
        alarms.read("editor-1", "	at dev.hastack.redis.Router");

        assertThat(untrue()).isEmpty();
    }

    @Test
    void a_replica_is_late_if_its_position_says_so() {
        Instant now = Instant.now();
        lags.primaryAt(100, now.minusMillis(2_500));
        lags.primaryAt(200, now.minusMillis(100));
        lags.replicaAt("delivery", 150, now);
        alarms.read("delivery-server-1", LATE);

        assertThat(untrue()).isEmpty();
    }

    @Test
    void a_replica_is_not_late_that_has_what_the_primary_had_a_moment_ago() {
        Instant now = Instant.now();
        lags.primaryAt(100, now.minusMillis(2_500));
        lags.primaryAt(200, now.minusMillis(300));
        lags.primaryAt(300, now.minusMillis(100));
        lags.replicaAt("delivery", 200, now);
        lags.replicaAt("standby", 100, now);
        alarms.read("delivery-server-1", LATE);

        assertThat(untrue()).hasSize(1);
    }

    @Test
    void a_replica_is_not_late_while_the_primary_does_nothing() {
        Instant now = Instant.now();
        lags.primaryAt(100, now.minusSeconds(60));
        lags.primaryAt(100, now.minusMillis(100));
        lags.replicaAt("delivery", 100, now);
        alarms.read("delivery-server-1", LATE);

        assertThat(untrue()).hasSize(1);
    }
}
