package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.UsageError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * What the soak is asked to do.
 *
 * @param help only to say what it can do
 * @param lasts how long faults are drawn
 * @param seed of the faults
 * @param faults what is drawn from
 */
record Options(boolean help, Duration lasts, long seed, List<Trouble> faults) {
    private static final int MOST_MINUTES = 7 * 24 * 60;

    static Options parse(String... arguments) throws UsageError {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        boolean help = false;
        Duration lasts = Duration.ofMinutes(10);
        List<Trouble> faults = Trouble.ALL;
        long seed = ThreadLocalRandom.current().nextInt(1, 1_000_000);
        while (!rest.isEmpty()) {
            String option = rest.remove();
            switch (option) {
                case "--help", "-h" -> help = true;
                case "--minutes" -> lasts = Duration.ofMinutes(number(option, rest, 1, MOST_MINUTES));
                case "--fault" -> faults = faults(rest.isEmpty() ? "" : rest.remove());
                case "--seed" -> seed = number(option, rest, Long.MIN_VALUE, Long.MAX_VALUE);
                default -> throw new UsageError("there is no option \"" + option + "\"");
            }
        }
        return new Options(help, lasts, seed, faults);
    }

    private static List<Trouble> faults(String value) throws UsageError {
        List<String> ids = List.of(value.split(",", -1));
        List<Trouble> faults =
                Trouble.ALL.stream().filter(fault -> ids.contains(fault.id())).toList();
        if (faults.size() != ids.size()) {
            throw new UsageError("--fault must name some of "
                    + Trouble.ALL.stream().map(Trouble::id).collect(Collectors.joining(",")) + "; it is \"" + value
                    + "\"");
        }
        return faults;
    }

    private static long number(String option, Deque<String> rest, long least, long most) throws UsageError {
        String value = rest.isEmpty() ? "" : rest.remove();
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as to a number out of range.
        }
        throw new UsageError(
                option + " must be a whole number from " + least + " to " + most + "; it is \"" + value + "\"");
    }
}
