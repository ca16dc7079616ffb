package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.health.HealthCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/operations.md} lists every note of health, by its code, with its severity and with what it is about. */
class HealthCodesTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (INFO|WARNING|ERROR) \\|");
    private static final Pattern MADE = Pattern.compile("HealthCode\\.([A-Z_]+)");

    @Test
    void the_table_has_every_code_with_its_severity_and_no_other() throws Exception {
        assertThat(ROW.matcher(Documents.read("docs/operations.md"))
                        .results()
                        .map(row -> row.group(1) + " " + row.group(2)))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(HealthCode.values())
                        .map(code -> code.code() + " " + code.severity())
                        .toList());
    }

    @Test
    void every_code_is_made_somewhere() throws Exception {
        Set<String> made = new TreeSet<>();
        for (Path source : Documents.sources("src/main")) {
            Matcher matcher = MADE.matcher(Files.readString(source));
            matcher.results().map(found -> found.group(1)).forEach(made::add);
        }

        assertThat(made)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(HealthCode.values()).map(Enum::name).toList());
    }
}
