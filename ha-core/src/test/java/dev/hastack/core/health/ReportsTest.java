package dev.hastack.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private final Reports reports = new Reports();

    private String summary() {
        return reports.addedTo(new StoreHealth("store", Health.UP, "up", List.of()))
                .summary();
    }

    @Test
    void the_last_of_a_name_counts_and_outlives_the_handles_of_others() throws Exception {
        Supplier<String> words = () -> "words";
        AutoCloseable first = reports.add("name", words);
        AutoCloseable second = reports.add("name", words);
        assertThat(summary()).isEqualTo("up; words");
        first.close();
        assertThat(summary()).isEqualTo("up; words");
        second.close();
        assertThat(summary()).isEqualTo("up");
    }

    @Test
    void one_that_throws_costs_its_own_words_alone() throws Exception {
        Supplier<String> broken = () -> {
            throw new IllegalStateException("oops");
        };
        try (AutoCloseable one = reports.add("broken", broken);
                AutoCloseable other = reports.add("well", () -> "well")) {
            assertThat(List.of(one, other)).hasSize(2);
            assertThat(summary()).startsWith("up; broken: ").contains("oops").endsWith("; well");
        }
    }
}
