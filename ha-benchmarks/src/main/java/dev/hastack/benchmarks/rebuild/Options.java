package dev.hastack.benchmarks.rebuild;

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
 * @param rounds of rebuilds, and of the peer; 0 for none
 * @param documents of each
 * @param publications that are created in each layout; 0 for none
 * @param write the document that gets the report
 */
record Options(boolean help, int rounds, int documents, int publications, Optional<Path> write) {
    private static final int MOST = 10_000_000;

    static Options parse(String... arguments) throws UsageError {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        boolean help = false;
        int rounds = 8;
        int documents = 100_000;
        int publications = 1_000;
        Optional<Path> write = Optional.empty();
        while (!rest.isEmpty()) {
            String option = rest.remove();
            switch (option) {
                case "--help", "-h" -> help = true;
                case "--rounds" -> rounds = number(option, rest, 0);
                case "--documents" -> documents = number(option, rest, 1);
                case "--publications" -> publications = number(option, rest, 0);
                case "--write" -> {
                    if (rest.isEmpty()) {
                        throw new UsageError("--write needs the name of a file");
                    }
                    write = Optional.of(Path.of(rest.remove()));
                }
                default -> throw new UsageError("there is no option \"" + option + "\"");
            }
        }
        return new Options(help, rounds, documents, publications, write);
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
