package dev.hastack.benchmarks.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.benchmarks.lab.UsageError;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void without_options_all_is_measured() throws Exception {
        Options options = Options.parse();
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.failovers()).isEqualTo(5);
        assertThat(options.durableJobs()).isEqualTo(100_000);
        assertThat(options.write()).isEmpty();
    }

    @Test
    void each_option_is_heard() throws Exception {
        Options options = Options.parse(
                "--rounds", "0", "--jobs", "10", "--failovers", "2", "--durable-jobs", "30", "--write", "a.md");
        assertThat(options).isEqualTo(new Options(false, 0, 10, 2, 30, java.util.Optional.of(Path.of("a.md"))));
    }

    @Test
    void what_is_wrong_is_told() {
        assertThatThrownBy(() -> Options.parse("--jobs", "0"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("--jobs must be a whole number from 1")
                .hasMessageContaining("\"0\"");
        assertThatThrownBy(() -> Options.parse("--job", "1")).hasMessageContaining("\"--job\"");
        assertThatThrownBy(() -> Options.parse("--write")).hasMessageContaining("name of a file");
    }
}
