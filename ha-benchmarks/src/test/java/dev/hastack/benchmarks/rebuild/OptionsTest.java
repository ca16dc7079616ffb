package dev.hastack.benchmarks.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.benchmarks.lab.UsageError;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void measures_a_hundred_thousand_documents_and_a_thousand_publications_unless_told_otherwise() throws UsageError {
        Options options = Options.parse();

        assertThat(options.documents()).isEqualTo(100_000);
        assertThat(options.publications()).isEqualTo(1_000);
        assertThat(options.write()).isEmpty();
        assertThat(Options.parse("--publications", "0").publications()).isZero();
    }

    @Test
    void says_what_is_wrong() {
        assertThatThrownBy(() -> Options.parse("--documents", "0"))
                .hasMessage("--documents must be a whole number from 1 to 10000000; it is \"0\"");
        assertThatThrownBy(() -> Options.parse("--write")).hasMessage("--write needs the name of a file");
        assertThatThrownBy(() -> Options.parse("--speed")).hasMessage("there is no option \"--speed\"");
    }
}
