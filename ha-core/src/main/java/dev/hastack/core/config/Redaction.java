package dev.hastack.core.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a setting may be shown to whoever reads a report or a log. A broken file puts secrets where none belong: into the value
 * of the line before, into an address, behind a separator that was forgotten. So a value is shown up to where something else
 * begins, and a key up to where its name ends.
 */
final class Redaction {
    private static final String HIDDEN = Secret.of("").toString();
    private static final String WORD = "pass|pwd|secret|token|credential|auth|api[-_.]?key|private[-_.]?key";
    private static final Pattern SECRET_KEY =
            Pattern.compile(".*(pass(wor[dt]|wd|phrase)?|pwd|secret|token|credentials?|api[-_]?key)(\\[\\d+])?");
    private static final Pattern CREDENTIALS = Pattern.compile("(?s)^.*@");

    /** White space that does not only follow a comma; what separates a name from its value; another key, unless as a placeholder. */
    private static final Pattern ELSE =
            Pattern.compile("(?i)(?<!,)\\s|[=&?;\"'`]|(?:" + WORD + ")\\w*:|(?<=.)(?<!\\$\\{)ha\\.[a-z]|\\p{Cntrl}");

    private static final Pattern NO_KEY = Pattern.compile("[^\\p{L}\\p{N}._<>\\[\\]-]");

    /** Behind a word for a secret stands what belongs to a key, or the secret itself. */
    private static final Pattern RUN_TOGETHER =
            Pattern.compile("(?i)(?<=passwor[dt]|passwd|passphrase|pwd|secret|token|api-?key)(?!$|-file$|[.\\[])");

    private Redaction() {}

    /** Whether the key says that its value is a secret, right as it may be spelt or not. */
    static boolean isSecret(String key) {
        return SECRET_KEY.matcher(key.toLowerCase(Locale.ROOT)).matches();
    }

    /** In one line. */
    static String value(String key, String value) {
        if (isSecret(key)) {
            return HIDDEN;
        }
        return upTo(ELSE, CREDENTIALS.matcher(value).replaceFirst(HIDDEN + "@"));
    }

    /** What is no key of ours, but the name of a file, say, is shown as it is. */
    static String key(String key) {
        if (!key.startsWith("ha.") && !key.startsWith("HA_")) {
            return key;
        }
        return name(key);
    }

    /** Up to where the name of a key of ours ends, however it begins. */
    static String name(String key) {
        return upTo(RUN_TOGETHER, upTo(NO_KEY, key));
    }

    private static String upTo(Pattern end, String text) {
        Matcher matcher = end.matcher(text);
        // The second look passes over the mark of the first.
        return matcher.find() && !text.startsWith(HIDDEN, matcher.start())
                ? text.substring(0, matcher.start()) + HIDDEN
                : text;
    }
}
