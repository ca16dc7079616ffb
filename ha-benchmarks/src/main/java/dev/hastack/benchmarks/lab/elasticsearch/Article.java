package dev.hastack.benchmarks.lab.elasticsearch;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * A document.
 *
 * @param call the id of the call that wrote it, by which a second copy shows; negative for those that are there from the
 *     start
 */
record Article(long call, String text) {
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

    /** With the same text for the same id, in every run. */
    static Article of(long call) {
        Random random = new Random(call);
        return new Article(
                call,
                random.ints(WORDS, 0, VOCABULARY.size())
                        .mapToObj(VOCABULARY::get)
                        .collect(Collectors.joining(" ")));
    }

    /** A word that many articles have. */
    static String word(long call) {
        return VOCABULARY.get((int) (call % VOCABULARY.size()));
    }

    /** As two lines of a bulk request, which the caller sends to the index. */
    String toBulk() {
        return "{\"index\":{}}\n{\"call\":" + call + ",\"text\":\"" + text + "\"}\n";
    }
}
