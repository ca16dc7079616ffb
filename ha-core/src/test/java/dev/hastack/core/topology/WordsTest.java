package dev.hastack.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @ParameterizedTest
    @CsvSource({
        "-5, 0 ms",
        "0, 0 ms",
        "30000, 0 ms",
        "600000, 0.6 ms",
        "1000000, 1 ms",
        "9940000, 9.9 ms",
        "9960000, 10 ms",
        "35400000, 35 ms",
        "999400000, 999 ms",
        "999600000, 1 s",
        "1230000000, 1.2 s",
        "14000000000, 14 s",
        "119000000000, 119 s",
        "120000000000, 2 min",
        "7100000000000, 118 min",
        "7200000000000, 2 h",
    })
    void writes_a_duration_as_a_person_would(long nanos, String words) {
        assertThat(Words.of(Duration.ofNanos(nanos))).isEqualTo(words);
    }
}
