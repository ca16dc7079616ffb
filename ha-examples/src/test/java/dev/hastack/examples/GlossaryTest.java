package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No document has words that make a reader of English stumble. Code in documents is not looked at. */
class GlossaryTest {
    /** Words and phrases to avoid, as regular expressions, each with what to write in its place. */
    private static final Map<String, String> FORBIDDEN = Map.ofEntries(
            Map.entry("heard of", "heard from"),
            Map.entry("(?<!(?:body|thing|one|where|all|nor|or|what) )else", "otherwise"),
            Map.entry("in vain", "without success, or what happened"),
            Map.entry("whoever", "the callers that, the node that"),
            Map.entry("told (?:as|in|with|at|once|only|by|since|of)", "reported"),
            Map.entry("(?:is|are|was|were|and) told(?=[.,;:])", "reported"),
            Map.entry("in haste", "at once, too soon"),
            Map.entry("well or ill", "up or down"),
            Map.entry("in case that", "in case"),
            Map.entry("twice is as good as once", "idempotent"),
            Map.entry("he|him|his|himself", "it: callers, threads and processes are things"),
            Map.entry("(?<=[.:;] )who \\w+", "a caller that, the node that"));

    /** What is looked at, by name. To be added: the docstrings of each module. */
    private static Map<String, String> texts() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (String document : Documents.all()) {
            texts.put(document, prose(Documents.read(document)));
        }
        return texts;
    }

    @Test
    void documents_are_free_of_words_that_make_a_reader_stumble() throws Exception {
        List<String> found = new ArrayList<>();
        texts().forEach((name, text) -> FORBIDDEN.forEach((word, better) -> Pattern.compile(
                        "\\b(?:" + word + ")\\b", Pattern.CASE_INSENSITIVE)
                // A phrase may be broken at the end of a line.
                .matcher(text.replace('\n', ' '))
                .results()
                .map(match -> "%s:%d: \"%s\", better: %s".formatted(name, line(text, match), match.group(), better))
                .forEach(found::add)));

        assertThat(found).as("words to avoid").isEmpty();
    }

    private static long line(String text, MatchResult match) {
        return 1
                + text.substring(0, match.start())
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }

    /** The text with as many lines, without code and without what a program has written into it. */
    private static String prose(String text) {
        boolean[] code = {false};
        return text.lines()
                .map(line -> {
                    boolean fence = line.startsWith("```") || line.matches("<!-- /?(?:laboratory|queue|rebuild).*-->");
                    code[0] ^= fence;
                    return code[0] || fence ? "" : line.replaceAll("`[^`]*`", "``");
                })
                .collect(Collectors.joining("\n"));
    }
}
