package dev.hastack.core.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as a source writes them: a whole number and its unit. */
final class Durations {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
    private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("d", Duration.ofDays(1));
        UNITS.put("h", Duration.ofHours(1));
        UNITS.put("m", Duration.ofMinutes(1));
        UNITS.put("s", Duration.ofSeconds(1));
        UNITS.put("ms", Duration.ofMillis(1));
    }

    /** As many nanoseconds as a long holds are 292 years; sums and multiples of what is configured have to fit in, too. */
    static final Duration LONGEST = Duration.ofDays(3650);

    private Durations() {}

    static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    text.matches("\\d+")
                            ? "expected a unit after the number: %sms, %ss or %sm, say".formatted(text, text, text)
                            : "expected a duration: a whole number and ms, s, m, h or d");
        }
        try {
            Duration unit = Objects.requireNonNull(UNITS.get(matcher.group(2)));
            Duration duration = unit.multipliedBy(Long.parseLong(matcher.group(1)));
            if (duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (ArithmeticException e) {
            // Longer than Java can say.
        }
        throw new IllegalArgumentException("expected at most " + format(LONGEST));
    }

    /** In the largest unit that divides it. */
    static String format(Duration duration) {
        for (Map.Entry<String, Duration> unit : UNITS.entrySet()) {
            long amount = duration.dividedBy(unit.getValue());
            if (amount > 0 && unit.getValue().multipliedBy(amount).equals(duration)) {
                return amount + unit.getKey();
            }
        }
        return duration.isZero() ? "0s" : duration.toString();
    }
}
