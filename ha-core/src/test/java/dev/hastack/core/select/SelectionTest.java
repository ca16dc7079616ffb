package dev.hastack.core.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.hastack.core.topology.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {
    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0xffff, 0xffff0000})
    void chooses_within_bounds_for_any_random_bits(int random) {
        for (int n = 1; n <= 300; n++) {
            Set<Integer> asked = new HashSet<>();
            int size = n;
            int chosen = Selection.choose(
                    n,
                    node -> {
                        assertThat(node).isBetween(0, size - 1);
                        asked.add(node);
                        return 0;
                    },
                    random);
            assertThat(chosen).isBetween(0, n - 1);
            assertThat(asked).hasSize(n == 1 ? 0 : 2);
        }
    }

    @Test
    void chooses_the_less_busy_of_the_two_it_asks() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            int[] least = {Integer.MAX_VALUE};
            int chosen = Selection.choose(
                    5,
                    node -> {
                        least[0] = Math.min(least[0], 10 - node);
                        return 10 - node;
                    },
                    random.nextInt());
            assertThat(10 - chosen).isEqualTo(least[0]);
        }
    }

    @Test
    void refuses_to_choose_of_none() {
        assertThatThrownBy(() -> Selection.choose(0, node -> 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected at least one node to choose from, but got 0");
    }

    @Test
    void refuses_a_lag_or_window_that_nothing_can_meet() {
        ReadPolicy policy = ReadPolicy.of(Preference.REPLICA);
        assertThatThrownBy(() -> policy.withMaxLag(Duration.ZERO)).hasMessage("max-lag must be positive, but is PT0S");
        assertThatThrownBy(() -> policy.withWindow(Duration.ofMillis(-1)))
                .hasMessage("window must be positive, but is PT-0.001S");
    }

    @Test
    void describes_policies_in_the_words_of_the_configuration() {
        ReadPolicy replica = ReadPolicy.of(Preference.REPLICA).withMaxLag(Duration.ofMillis(1500));
        assertThat(replica.describe()).isEqualTo("prefer=replica(max-lag=1500ms)");
        assertThat(replica.withFallback().withMaxLag(Duration.ofSeconds(10)).describe())
                .isEqualTo("prefer=replica(max-lag=10s, fallback=primary)");
        assertThat(ReadPolicy.of(Preference.ANY).withFallback().describe()).isEqualTo("prefer=any");
    }

    @Test
    void says_of_a_write_that_waited_in_vain_what_was_seen() {
        assertThat(Waits.write(
                        Duration.ofSeconds(10), Snapshot.initial(Optional.empty(), Optional.empty()), Instant.EPOCH))
                .isEqualTo("no primary within 10 s; PENDING []");
    }

    @Test
    void knows_only_the_topology_which_knows_nobody() {
        var classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.hastack.core.topology", "dev.hastack.core.select");
        ArchRuleDefinition.classes()
                .that()
                .resideInAPackage("dev.hastack.core.topology")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.hastack.core.topology", "java..", "org.jspecify..")
                .check(classes);
        ArchRuleDefinition.classes()
                .that()
                .resideInAPackage("dev.hastack.core.select")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.hastack.core.select", "dev.hastack.core.topology", "java..", "org.jspecify..")
                .check(classes);
    }
}
