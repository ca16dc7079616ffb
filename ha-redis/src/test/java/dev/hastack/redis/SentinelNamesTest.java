package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.Address;
import dev.hastack.redis.Appointment.Meant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SentinelNamesTest {
    private static final Address CONFIGURED = new Address("main.example", 6379);
    private static final Address FIRST = new Address("192.0.2.1", 6379);
    private static final Address SECOND = new Address("192.0.2.2", 6379);

    private final SentinelNames names =
            new SentinelNames(address -> address.equals(CONFIGURED) ? Optional.of("main") : Optional.empty());

    SentinelNamesTest() {
        names.heard("main", "run-1");
        names.heard("other", "run-2");
    }

    @Test
    void tells_a_node_by_its_address_or_by_its_process() {
        assertThat(names.node(word(CONFIGURED, ""))).contains("main");
        assertThat(names.node(word(FIRST, "run-2"))).contains("other");
        assertThat(names.node(word(FIRST, "run-3"))).isEmpty();
        assertThat(names.node(word(FIRST, ""))).isEmpty();
    }

    @Test
    void tells_a_promoted_one_whose_process_Sentinel_has_forgotten_by_where_it_was_before() {
        names.told(new SentinelWord(FIRST, "run-1", 1, Map.of(SECOND, "run-2"), "s"));

        assertThat(names.node(word(SECOND, ""))).contains("other");
        assertThat(names.at(SECOND)).contains("other");
        assertThat(names.meant(word(SECOND, ""), "other")).isEqualTo(Meant.THIS);
        assertThat(names.meant(word(SECOND, ""), "main")).isEqualTo(Meant.ANOTHER);
    }

    @Test
    void tells_nobody_by_where_a_process_was_that_is_gone() {
        names.told(new SentinelWord(FIRST, "run-1", 1, Map.of(SECOND, "run-2"), "s"));

        names.heard("other", "run-4");

        assertThat(names.node(word(SECOND, ""))).isEmpty();
        assertThat(names.node(word(SECOND, "run-4"))).contains("other");
    }

    @Test
    void tells_that_a_Sentinel_does_not_mean_whom_it_has_for_a_replica() {
        SentinelWord word = new SentinelWord(SECOND, "", 2, Map.of(FIRST, "run-1"), "s");

        assertThat(names.meant(word, "main")).isEqualTo(Meant.SOMEBODY_ELSE);
        assertThat(names.meant(word, "other")).isEqualTo(Meant.UNTOLD);
    }

    @Test
    void tells_one_that_was_started_anew_since_Sentinel_has_asked_it_by_its_address() {
        assertThat(names.meant(word(CONFIGURED, "run-0"), "main")).isEqualTo(Meant.THIS);
        assertThat(names.meant(word(CONFIGURED, "run-0"), "other")).isEqualTo(Meant.ANOTHER);
    }

    @Test
    void has_the_process_from_another_Sentinels_word_of_the_same_appointment() {
        assertThat(word(FIRST, "").knowing(word(FIRST, "run-1")).runId()).isEqualTo("run-1");
        assertThat(word(FIRST, "").knowing(word(SECOND, "run-2")).runId()).isEmpty();
        assertThat(word(FIRST, "")
                        .knowing(new SentinelWord(FIRST, "run-1", 1, Map.of(), "s"))
                        .runId())
                .isEmpty();
    }

    private static SentinelWord word(Address primary, String run) {
        return new SentinelWord(primary, run, 2, Map.of(), "s");
    }
}
