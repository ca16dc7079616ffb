package dev.hastack.core.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of something.
 *
 * @param percent from 0 to 100
 */
public record Share(int percent) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,3})%");
    private static final String EXPECTED = "expected a share from 0% to 100%";

    public Share {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException(EXPECTED);
        }
    }

    /**
     * Reads a whole number and a percent sign: {@code 50%}.
     *
     * @throws IllegalArgumentException if {@code text} is anything else; the message says what was expected
     */
    public static Share parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        return new Share(Integer.parseInt(matcher.group(1)));
    }

    /** This share of {@code whole}, rounded down, but at least 1 unless the share is 0%. */
    public int of(int whole) {
        return percent == 0 ? 0 : Math.max(1, whole * percent / 100);
    }

    /** {@code 50%}. */
    @Override
    public String toString() {
        return percent + "%";
    }
}
