package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every row of {@code docs/guarantees.md} names the test that proves it, and its section's module has that test. */
class GuaranteesTest {
    private static final String DOCUMENT = "docs/guarantees.md";

    /** The modules in which the tests of a section are; where none is named, any will do. */
    private static final Map<String, List<String>> MODULES = Map.of(
            "PostgreSQL", List.of("ha-postgres"),
            "Redis", List.of("ha-redis"),
            "Elasticsearch", List.of("ha-elasticsearch"));

    private static final Pattern PROOF = Pattern.compile("\\| `(\\w+)(?:#(\\w+))?` \\|$");

    @Test
    void the_tests_that_prove_its_rows_exist() throws Exception {
        List<Path> tests = Documents.sources("src/test");
        String section = "";
        int proofs = 0;
        for (String line : Documents.read(DOCUMENT).lines().toList()) {
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (line.startsWith("| ") && !line.startsWith("| what happens")) {
                Matcher proof = PROOF.matcher(line);
                assertThat(proof.find())
                        .as("the last cell names a test: %s", line)
                        .isTrue();
                assertThat(proves(tests, section, proof)).as(line).isTrue();
                proofs++;
            }
        }
        assertThat(proofs).isGreaterThan(60);
    }

    private static boolean proves(List<Path> tests, String section, Matcher proof) throws Exception {
        for (Path test : tests) {
            boolean here = Optional.ofNullable(MODULES.get(section))
                    .map(modules -> modules.contains(Documents.module(test)))
                    .orElse(true);
            if (here
                    && test.endsWith(proof.group(1) + ".java")
                    && (proof.group(2) == null || Files.readString(test).contains("void " + proof.group(2) + "("))) {
                return true;
            }
        }
        return false;
    }
}
