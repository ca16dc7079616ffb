package dev.hastack.examples.content;

import java.util.List;
import java.util.Locale;

/** The 45 publications that WordNet makes: its lexicographer files, by their numbers in lexnames(5WN). */
final class Publications {

    private static final List<String> LEXICOGRAPHER_FILES = List.of(
            "adj.all",
            "adj.pert",
            "adv.all",
            "noun.Tops",
            "noun.act",
            "noun.animal",
            "noun.artifact",
            "noun.attribute",
            "noun.body",
            "noun.cognition",
            "noun.communication",
            "noun.event",
            "noun.feeling",
            "noun.food",
            "noun.group",
            "noun.location",
            "noun.motive",
            "noun.object",
            "noun.person",
            "noun.phenomenon",
            "noun.plant",
            "noun.possession",
            "noun.process",
            "noun.quantity",
            "noun.relation",
            "noun.shape",
            "noun.state",
            "noun.substance",
            "noun.time",
            "verb.body",
            "verb.change",
            "verb.cognition",
            "verb.communication",
            "verb.competition",
            "verb.consumption",
            "verb.contact",
            "verb.creation",
            "verb.emotion",
            "verb.motion",
            "verb.perception",
            "verb.possession",
            "verb.social",
            "verb.stative",
            "verb.weather",
            "adj.ppl");

    private static final List<String> NAMES = LEXICOGRAPHER_FILES.stream()
            .map(file -> file.replace('.', '-').toLowerCase(Locale.ROOT))
            .toList();

    private Publications() {}

    /** The publication of a lexicographer file's number: {@code noun-animal} for 5. */
    static String named(int number) {
        return NAMES.get(number);
    }
}
