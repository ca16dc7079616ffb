package dev.hastack.core.topology;

import java.time.Duration;
import java.util.Locale;

/** Values as people write them. */
public final class Words {
    private static final double SECOND = 1e3;
    private static final double MINUTE = 60 * SECOND;
    private static final double HOUR = 60 * MINUTE;

    private Words() {}

    /**
     * A duration in the unit that a person would choose, rounded: {@code 0.6 ms}, {@code 35 ms}, {@code 1.2 s}, {@code
     * 14 s}, {@code 5 min}, {@code 3 h}. A negative one is zero.
     */
    public static String of(Duration duration) {
        double millis = Math.max(0, duration.toNanos() / 1e6);
        if (millis < 999.5) {
            return number(millis) + " ms";
        }
        if (millis < 2 * MINUTE) {
            return number(millis / SECOND) + " s";
        }
        return millis < 2 * HOUR ? Math.round(millis / MINUTE) + " min" : Math.round(millis / HOUR) + " h";
    }

    /** One decimal below ten, unless it is zero. */
    private static String number(double value) {
        return value < 9.95
                ? String.format(Locale.ROOT, "%.1f", value).replace(".0", "")
                : String.valueOf(Math.round(value));
    }
}
