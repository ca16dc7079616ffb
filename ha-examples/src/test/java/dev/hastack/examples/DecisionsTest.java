package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Decisions have numbers by which code and documents cite them. */
class DecisionsTest {
    private static final String DOCUMENT = "docs/decisions.md";
    private static final String NUMBER = "(?:CORE|CFG|PG|RED|ES|JOB|TEST)-\\d+";

    private static List<String> numbers() throws IOException {
        return find("(?m)^### (" + NUMBER + ")$", Documents.read(DOCUMENT));
    }

    private static List<String> find(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void no_number_is_given_twice() throws Exception {
        assertThat(numbers()).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    }

    @Test
    void every_decision_has_a_number_and_stands_in_the_contents() throws Exception {
        String[] parts = Documents.read(DOCUMENT).split("(?m)^## ", 3);

        assertThat(Pattern.compile("(?m)^(.*)\n\\*\\*")
                        .matcher(parts[2])
                        .results()
                        .map(MatchResult::group))
                .as("the line before each decision")
                .allMatch(found -> found.matches("(?s)### " + NUMBER + "\n.*"));
        assertThat(find("(?m)^- \\[(" + NUMBER + ")]\\(#", parts[1])).containsExactlyInAnyOrderElementsOf(numbers());
    }

    @Test
    void every_number_that_code_or_a_document_cites_exists() throws Exception {
        Map<String, String> cited = new TreeMap<>();
        Stream<Path> documents =
                Documents.all().stream().map(Documents.ROOT::resolve).filter(file -> !file.endsWith("decisions.md"));
        for (Path file :
                Stream.concat(documents, Documents.sources("src/main").stream()).toList()) {
            find("\\b(" + NUMBER + ")\\b", Files.readString(file))
                    .forEach(number -> cited.put(number, Documents.relative(file)));
        }

        assertThat(cited).as("citations").isNotEmpty();
        assertThat(numbers()).as("cited: %s", cited).containsAll(cited.keySet());
    }

    @Test
    void what_cites_the_document_does_so_by_number() throws Exception {
        for (Path source : Documents.sources("src/main")) {
            assertThat(find("(" + DOCUMENT + ")(?!, " + NUMBER + ")", Files.readString(source)))
                    .as(source.toString())
                    .isEmpty();
        }
    }
}
