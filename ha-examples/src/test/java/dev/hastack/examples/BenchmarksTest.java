package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/benchmarks.md} begins with ten figures, each of which stands in the document where it was measured. */
class BenchmarksTest {
    @Test
    void its_first_table_has_ten_lines_of_figures_that_stand_below() throws Exception {
        String[] parts = Documents.read("docs/benchmarks.md").split("\n## ", 2);
        List<String> rows = parts[0].lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| figure "))
                .toList();

        assertThat(rows).hasSize(10);
        assertThat(rows).allSatisfy(row -> {
            String figures = row.replaceFirst("^\\| [^|]*", "");
            assertThat(Pattern.compile("\\| (\\d[\\d.]*)")
                            .matcher(figures)
                            .results()
                            .map(MatchResult::group)
                            .map(found -> found.substring(2)))
                    .isNotEmpty()
                    .allMatch(figure -> Pattern.compile("(?<![\\d.])" + Pattern.quote(figure) + "(?![\\d.])")
                            .matcher(parts[1])
                            .find());
        });
    }
}
