package dev.hastack.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.benchmarks.lab.UsageError;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void plays_all_faults_for_ten_minutes_unless_told_otherwise() throws UsageError {
        Options options = Options.parse();

        assertThat(options.lasts()).isEqualTo(Duration.ofMinutes(10));
        assertThat(options.faults()).isEqualTo(Trouble.ALL);
    }

    @Test
    void plays_what_is_named() throws UsageError {
        Options options = Options.parse("--minutes", "2", "--seed", "-7", "--fault", "hung,killed");

        assertThat(options.lasts()).isEqualTo(Duration.ofMinutes(2));
        assertThat(options.seed()).isEqualTo(-7);
        assertThat(options.faults()).extracting(Trouble::id).containsExactly("killed", "hung");
    }

    @Test
    void the_same_seed_draws_the_same() {
        assertThat(stories(1)).isEqualTo(stories(1)).isNotEqualTo(stories(2));
    }

    @Test
    void says_what_is_wrong_and_what_there_is() {
        assertThatThrownBy(() -> Options.parse("--minutes", "0"))
                .hasMessage("--minutes must be a whole number from 1 to 10080; it is \"0\"");
        assertThatThrownBy(() -> Options.parse("--fault", "killed,bored"))
                .hasMessageStartingWith("--fault must name some of killed,hung,")
                .hasMessageEndingWith("; it is \"killed,bored\"");
        assertThatThrownBy(() -> Options.parse("--hours")).hasMessage("there is no option \"--hours\"");
    }

    private static List<String> stories(long seed) {
        Random random = new Random(seed);
        return Trouble.ALL.stream().map(trouble -> trouble.draw(random).story()).toList();
    }
}
