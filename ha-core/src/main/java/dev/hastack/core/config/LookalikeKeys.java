package dev.hastack.core.config;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Keys that surely mean one of ours, and do not begin with {@code ha.} to the letter: {@code HA.stack}, {@code -Dha.stack},
 * {@code export ha.stack}, one with an invisible character before it. What they say would be lost without a word, and what they
 * forbid be left open. Keys of others ({@code hadoop.home}, {@code HABIT}) are none.
 */
final class LookalikeKeys {
    /** What editors, word processors and web pages leave in a text: byte order marks, no-break and zero-width spaces, accents. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{C}\\p{M}]");

    private static final Pattern LEADING = Pattern.compile("^[\\p{C}\\p{Z}\\p{M}]+");
    private static final Pattern BLANKS = Pattern.compile("(?s)[\\s\\p{Z}].*");

    /** What stands before a key in a line of a shell, or of a list. */
    private static final Pattern SHELL =
            Pattern.compile("(?i)^(?:[^\\p{L}\\p{N}]*\\s)?(?:(?:export|setenv|set|env)\\s+)?");

    /** Punctuation of a shell, a list or a comment of another format. */
    private static final Pattern FRONT =
            Pattern.compile("^[^\\p{L}\\p{N}]*(?:(?<=-)[dD](?=\\p{L}))?", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern BACK = Pattern.compile("[^\\p{L}\\p{N}\\]]+$");

    /** Letters of other scripts that look like ours, in lower case, since {@code ha} is written with them by a switched keyboard. */
    private static final String ALIKE =
            "\u0430\u03b1\u0432\u0441\u0435\u043d\u04bb\u03b7\u0456\u043a\u043c\u043e\u03bf\u0440\u0455\u0442\u0445\u0443";

    private static final String OURS = "aabcehhhikmoopstxy";

    /** With a dot in it a group is enough, as it is for {@code ha.} itself: what it holds may be misspelt, too. */
    private static final Pattern DOTTED =
            Pattern.compile("ha\\.(?:(?:" + names(false) + ")(?:[.\\[].*)?|(?:" + names(true) + "))");

    private static final Pattern LIKELY = Pattern.compile("ha[._-](?:" + names(false) + "|" + names(true) + ")\\b.*");

    private LookalikeKeys() {}

    /** Whether the key may be one, which {@link #fault} decides when all ids are known. */
    static boolean likely(String key) {
        return !key.startsWith("ha.")
                && LIKELY.matcher(plain(key).toLowerCase(Locale.ROOT).replace('_', '-'))
                        .matches();
    }

    /** Where in a line the key begins, if it has what only a shell or a list has before it. */
    static int begin(String line) {
        Matcher shell = SHELL.matcher(line);
        return shell.find() ? shell.end() : 0;
    }

    /** What is said of the key of this entry, if it is one. */
    static Optional<Fault> fault(ConfigSource.Entry entry, KnownIds ids, List<String> known) {
        if (!likely(entry.key())) {
            return Optional.empty();
        }
        String cased = plain(entry.key());
        String lower = cased.toLowerCase(Locale.ROOT);
        Optional<String> meant = EnvironmentNames.meant(lower, ids);
        if (DOTTED.matcher(lower).matches()) {
            String ours = "ha." + cased.substring("ha.".length());
            meant = Schema.knows(ours)
                    ? Optional.of(ours)
                    : meant.or(() -> Suggestions.nearest(lower, known)).or(() -> Optional.of(lower));
        }
        return meant.map(key -> new Fault(
                shown(entry.key()),
                Optional.empty(),
                Optional.of(entry.origin()),
                "expected a key that begins with ha. to the letter, as others are passed over",
                Optional.of(key)));
    }

    /** The key without what only looks like a part of it. */
    static String plain(String key) {
        String wide = Normalizer.normalize(key.substring(begin(key)), Normalizer.Form.NFKC);
        // What follows a space may be a secret, and not a part of the key.
        String word = BLANKS.matcher(LEADING.matcher(wide).replaceFirst("")).replaceFirst("");
        String text = INVISIBLE.matcher(word).replaceAll("");
        StringBuilder ours = new StringBuilder();
        text.codePoints().forEach(c -> {
            int at = ALIKE.indexOf(Character.toLowerCase(c));
            ours.appendCodePoint(at < 0 ? c : OURS.charAt(at));
        });
        String front = FRONT.matcher(ours).replaceFirst("");
        return BACK.matcher(front).replaceFirst("");
    }

    /** As it is written; what cannot be seen, or told from our letters, by its number. */
    private static String shown(String key) {
        int letters = begin(key);
        while (letters < key.length() && !Character.isLetterOrDigit(key.charAt(letters))) {
            letters++;
        }
        StringBuilder shown = new StringBuilder();
        (key.substring(0, letters) + Redaction.name(key.substring(letters)))
                .chars()
                .forEach(c -> shown.append(c >= ' ' && c <= '~' ? String.valueOf((char) c) : "\\u%04x".formatted(c)));
        return shown.toString();
    }

    private static String names(boolean leaves) {
        return Schema.ROOT.all().stream()
                .filter(part -> part.shape() instanceof Shape.Leaf == leaves)
                .map(Shape.Part::name)
                .collect(Collectors.joining("|"));
    }
}
