package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.lab.UsageError;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What is asked for.
 *
 * @param help only to say what it can do
 * @param rounds of the measurement of speed; 0 for none
 * @param jobs of each of these rounds
 * @param failovers how many primaries are killed, or moved; 0 for none of that
 * @param durableJobs that are enqueued meanwhile
 * @param write the document that gets the report
 */
record Options(boolean help, int rounds, int jobs, int failovers, int durableJobs, Optional<Path> write) {
    private static final int MOST = 100_000_000;

    static Options parse(String... arguments) throws UsageError {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        boolean help = false;
        int rounds = 5;
        int jobs = 20_000;
        int failovers = 5;
        int durableJobs = 100_000;
        Optional<Path> write = Optional.empty();
        while (!rest.isEmpty()) {
            String option = rest.remove();
            switch (option) {
                case "--help", "-h" -> help = true;
                case "--rounds" -> rounds = number(option, rest, 0);
                case "--jobs" -> jobs = number(option, rest, 1);
                case "--failovers" -> failovers = number(option, rest, 0);
                case "--durable-jobs" -> durableJobs = number(option, rest, 1);
                case "--write" -> write = Optional.of(file(rest));
                default -> throw new UsageError("there is no option \"" + option + "\"");
            }
        }
        return new Options(help, rounds, jobs, failovers, durableJobs, write);
    }

    private static Path file(Deque<String> rest) throws UsageError {
        if (rest.isEmpty()) {
            throw new UsageError("--write needs the name of a file");
        }
        return Path.of(rest.remove());
    }

    private static int number(String option, Deque<String> rest, int least) throws UsageError {
        String value = rest.isEmpty() ? "" : rest.remove();
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as to a number out of range.
        }
        throw new UsageError(
                option + " must be a whole number from " + least + " to " + MOST + "; it is \"" + value + "\"");
    }
}
