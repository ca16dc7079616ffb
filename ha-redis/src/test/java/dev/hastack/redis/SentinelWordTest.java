package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Address;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SentinelWordTest {
    private static final Address OLD = new Address("192.0.2.1", 6379);
    private static final Address NEW = new Address("192.0.2.2", 6379);

    @Test
    void tells_who_the_primary_is_and_who_the_replicas_are() {
        SentinelWord word = SentinelWord.of(OLD, fields(OLD, "run-1"), List.of(fields(NEW, "run-2")), "s");

        assertThat(word).isEqualTo(new SentinelWord(OLD, "run-1", 3, Map.of(NEW, "run-2"), "s"));
        assertThat(word.hasForReplica("run-2")).isTrue();
        assertThat(word.hasForReplica("run-1")).isFalse();
    }

    @Test
    void takes_whom_it_names_for_the_primary_while_it_lists_the_one_before() {
        assertThat(SentinelWord.of(NEW, fields(OLD, "run-1"), List.of(fields(NEW, "run-2")), "s"))
                .isEqualTo(new SentinelWord(NEW, "run-2", 3, Map.of(OLD, "run-1"), "s"));
    }

    @Test
    void knows_no_process_of_one_that_it_has_not_asked() {
        SentinelWord word = SentinelWord.of(NEW, fields(NEW, ""), List.of(fields(OLD, "")), "s");

        assertThat(word.runId()).isEmpty();
        assertThat(word.hasForReplica("")).isFalse();
    }

    private static Map<String, String> fields(Address at, String run) {
        return Map.of("ip", at.host(), "port", String.valueOf(at.port()), "runid", run, "config-epoch", "3");
    }
}
