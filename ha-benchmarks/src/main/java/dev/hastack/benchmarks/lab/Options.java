package dev.hastack.benchmarks.lab;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the laboratory is asked to do.
 *
 * @param help only to say what it can do
 * @param task what to measure
 * @param store the store's id
 * @param faults ids; empty for all
 * @param clients ids; empty for all
 * @param rounds of ha-stack; empty for what the store has
 * @param peerRounds of the others; empty for what the store has
 * @param patience how long a first write is waited for; empty for what the store has
 * @param write the document that gets the report
 */
record Options(
        boolean help,
        Task task,
        String store,
        List<String> faults,
        List<String> clients,
        OptionalInt rounds,
        OptionalInt peerRounds,
        Optional<Duration> patience,
        Optional<Path> write) {
    private static final int MOST = 1000;

    /** What can be measured. */
    enum Task {
        FAULTS,
        STALLS,
        DEATHS
    }

    static Options parse(String... arguments) throws UsageError {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        boolean help = false;
        Task task = Task.FAULTS;
        String store = "postgres";
        List<String> faults = List.of();
        List<String> clients = List.of();
        OptionalInt rounds = OptionalInt.empty();
        OptionalInt peerRounds = OptionalInt.empty();
        Optional<Duration> patience = Optional.empty();
        Optional<Path> write = Optional.empty();
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            int equals = argument.indexOf('=');
            if (argument.startsWith("--") && equals > 0) {
                rest.push(argument.substring(equals + 1));
                argument = argument.substring(0, equals);
            }
            switch (argument) {
                case "--help", "-h" -> help = true;
                case "--stalls" -> task = Task.STALLS;
                case "--deaths" -> task = Task.DEATHS;
                case "--store" -> store = value(argument, "the name of a store", rest);
                case "--fault" ->
                    faults = List.of(value(argument, "names of faults", rest).split(",", -1));
                case "--client" ->
                    clients = List.of(value(argument, "names of clients", rest).split(",", -1));
                case "--rounds" -> rounds = OptionalInt.of(number(argument, rest));
                case "--peer-rounds" -> peerRounds = OptionalInt.of(number(argument, rest));
                case "--patience" -> patience = Optional.of(Duration.ofSeconds(number(argument, rest)));
                case "--write" -> write = Optional.of(document(value(argument, "the name of a document", rest)));
                default -> throw new UsageError("there is no option \"" + argument + "\"");
            }
        }
        return new Options(help, task, store, faults, clients, rounds, peerRounds, patience, write);
    }

    private static String value(String option, String what, Deque<String> rest) throws UsageError {
        if (rest.isEmpty() || rest.element().isEmpty() || rest.element().startsWith("--")) {
            throw new UsageError(option + " needs " + what + " after it");
        }
        return rest.remove();
    }

    private static int number(String option, Deque<String> rest) throws UsageError {
        String value = value(option, "a number", rest);
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The same answer as to a number out of range.
        }
        throw new UsageError(option + " must be a number from 1 to " + MOST + "; it is \"" + value + "\"");
    }

    private static Path document(String value) throws UsageError {
        try {
            Path file = Path.of(value).toAbsolutePath();
            if (Files.isRegularFile(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            // The same answer as to a file that is not there.
        }
        throw new UsageError("--write must name a document that exists; it is \"" + value + "\"");
    }
}
