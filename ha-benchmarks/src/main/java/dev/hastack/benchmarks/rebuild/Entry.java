package dev.hastack.benchmarks.rebuild;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * An entry of a dictionary.
 *
 * @param version 0 as the database had it when the rebuild began, more after live writes
 */
record Entry(String id, long version, String text) {
    static final String MAPPING = """
            {"properties": {"id": {"type": "keyword"}, "version": {"type": "long"}, "text": {"type": "text"}}}
            """;
    private static final int WORDS = 30;
    private static final List<String> VOCABULARY = List.of(
            "dictionary",
            "entry",
            "lemma",
            "meaning",
            "origin",
            "phrase",
            "plural",
            "prefix",
            "pronoun",
            "proverb",
            "quotation",
            "register",
            "sense",
            "spelling",
            "stem",
            "suffix",
            "syllable",
            "synonym",
            "translation",
            "usage");

    /** With the same text in every run. */
    static Entry of(int number, long version) {
        return new Entry(
                "e" + number,
                version,
                new Random(number)
                        .ints(WORDS, 0, VOCABULARY.size())
                        .mapToObj(VOCABULARY::get)
                        .collect(Collectors.joining(" ")));
    }
}
