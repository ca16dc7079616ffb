package dev.hastack.examples.demo;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the demo is asked to do.
 *
 * @param help only to say what it can do
 * @param list only to name the scenes
 * @param scenes the scenes to play, in this order
 * @param load how long each scene's load lasts
 * @param json where to write the results
 * @param strict whether a false alarm of whatever kind breaks the promise of a scene in which nothing is broken, and a scene that proves
 *     too little fails the run
 * @param sabotage to delete, after the last scene, an acknowledged article, its route and its place in the search index behind the servers' backs, so that a test sees the demo notice
 */
record Options(
        boolean help,
        boolean list,
        List<Scene> scenes,
        Duration load,
        Optional<Path> json,
        boolean strict,
        boolean sabotage) {

    private static final String HELP = """
            Usage: ./demo [options]

            Starts a platform of two stacks on this machine: PostgreSQL (a primary, a synchronous standby and the
            replica of the delivery stack), Redis (a primary, two replicas, one of them of the delivery stack, and
            three Sentinels), Elasticsearch (three nodes), three editing servers, three delivery servers and two
            editors. Puts load on it, breaks it, and says what the clients saw. Needs a JDK 17 or later and Maven,
            nothing else.

              --list          name the scenes, each with a line about it, and start nothing
              --scene NAMES   play these scenes only, in this order: one name, or several with commas between them;
                              may be given more than once (default: all)
            %s
              --seconds N     how long the load of each scene lasts, 3 to 600 (default: 10)
              --json FILE     write the results to FILE as well
              --strict        end with 3 where a scene showed too little to judge; and have every false alarm in the
                              services' logs break the promise of a scene that breaks nothing, not only that of a late
                              replica; where this machine is overloaded, a server that really answers nobody for
                              seconds is one as well
              --help          say this

            A promise is broken by what is lost, stale or refused, and by callers that are held for longer than the
            servers were away and this machine's own delays explain. Where a slow machine let a scene show too little
            of that, it says so, and why.

            Exit code: 0 when no scene broke its promise, 1 when one did, 2 when the options are wrong, 3 when the
            demo could not be played or, with --strict, a scene showed too little.
            """;

    private static final int MIN_SECONDS = 3;
    private static final int MAX_SECONDS = 600;

    Options {
        scenes = List.copyOf(scenes);
    }

    static Options parse(String... arguments) throws UsageError {
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        List<Scene> scenes = new ArrayList<>();
        Duration load = Duration.ofSeconds(10);
        Optional<Path> json = Optional.empty();
        boolean help = false;
        boolean list = false;
        boolean strict = false;
        boolean sabotage = false;
        while (!rest.isEmpty()) {
            String argument = rest.remove();
            int equals = argument.indexOf('=');
            if (argument.startsWith("--") && equals > 0) {
                rest.push(argument.substring(equals + 1));
                argument = argument.substring(0, equals);
            }
            switch (argument) {
                case "--help", "-h" -> help = true;
                case "--list" -> list = true;
                case "--scene" -> scenes.addAll(scenes(value(argument, "the name of a scene", rest)));
                case "--seconds" -> load = seconds(value(argument, "a number of seconds", rest));
                case "--json" -> json = Optional.of(file(value(argument, "the name of a file", rest)));
                case "--strict" -> strict = true;
                case "--sabotage" -> sabotage = true;
                default -> throw new UsageError("there is no option \"" + argument + "\"");
            }
        }
        return new Options(
                help, list, scenes.isEmpty() ? List.of(Scene.values()) : scenes, load, json, strict, sabotage);
    }

    private static List<Scene> scenes(String names) throws UsageError {
        List<Scene> scenes = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            scenes.add(Scene.named(name.strip()));
        }
        return scenes;
    }

    static String usage() {
        return HELP.formatted(lines("                    ").stripTrailing());
    }

    /** Returns the name of each scene and what happens in it, one to a line. */
    static String listing() {
        return lines("");
    }

    private static String lines(String indent) {
        return Arrays.stream(Scene.values())
                .map(scene -> "%s%-20s %s%n".formatted(indent, scene.id(), scene.story()))
                .collect(Collectors.joining());
    }

    private static String value(String option, String what, Deque<String> rest) throws UsageError {
        if (rest.isEmpty() || rest.element().isEmpty() || rest.element().startsWith("--")) {
            throw new UsageError(option + " needs " + what + " after it");
        }
        return rest.remove();
    }

    private static Duration seconds(String value) throws UsageError {
        try {
            int seconds = Integer.parseInt(value);
            if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // the same answer as to a number out of range
        }
        throw new UsageError(
                "--seconds must be a number from " + MIN_SECONDS + " to " + MAX_SECONDS + "; it is \"" + value + "\"");
    }

    private static Path file(String value) throws UsageError {
        try {
            Path file = Path.of(value).toAbsolutePath();
            if (Files.isDirectory(file)) {
                throw new UsageError("--json must name a file, and \"" + value + "\" is a directory");
            }
            Path directory = file.getParent();
            if (directory == null || !Files.isDirectory(directory)) {
                throw new UsageError("--json cannot write \"" + value + "\": there is no directory " + directory);
            }
            return file;
        } catch (InvalidPathException e) {
            throw new UsageError("--json must name a file; it is \"" + value + "\"");
        }
    }
}
