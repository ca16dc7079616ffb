package dev.hastack.core.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory or storage.
 *
 * @param bytes at least 0
 */
public record DataSize(long bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})(B|KiB|MiB|GiB)");
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");
    private static final String EXPECTED = "expected a size with its unit: 512B, 64KiB, 5MiB or 1GiB";

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException(EXPECTED);
        }
    }

    /**
     * Reads a whole number and its unit: {@code B}, {@code KiB}, {@code MiB} or {@code GiB}.
     *
     * @throws IllegalArgumentException if {@code text} is anything else; the message says what was expected
     */
    public static DataSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(EXPECTED);
        }
        try {
            long unit = 1L << (10 * UNITS.indexOf(matcher.group(2)));
            return new DataSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), unit));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("expected a size below 8 EiB", e);
        }
    }

    /** In the largest unit that divides it: {@code 5MiB}. */
    @Override
    public String toString() {
        int unit = 0;
        long amount = bytes;
        while (amount > 0 && amount % 1024 == 0 && unit < UNITS.size() - 1) {
            amount /= 1024;
            unit++;
        }
        return amount + UNITS.get(unit);
    }
}
