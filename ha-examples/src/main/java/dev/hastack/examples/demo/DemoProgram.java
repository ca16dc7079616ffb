package dev.hastack.examples.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The demo from its command line to its exit code. */
public final class DemoProgram {

    /** The system property that says whether the output is a terminal, which Java 17 cannot tell of the output alone. */
    private static final String TERMINAL = "demo.terminal";

    private static final int BROKEN = 1;
    private static final int WRONG_OPTIONS = 2;
    private static final int NOT_PLAYED = 3;

    private DemoProgram() {}

    /**
     * Runs the demo and cleans up after it.
     *
     * @return its exit code
     */
    public static int run(PrintStream out, PrintStream err, String... arguments) {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (UsageError e) {
            err.println("demo: " + e.getMessage());
            err.println("Try ./demo --help");
            return WRONG_OPTIONS;
        }
        if (options.help() || options.list()) {
            out.print(options.help() ? Options.usage() : Options.listing());
            return 0;
        }
        Console console = new Console(out, Boolean.getBoolean(TERMINAL), System::nanoTime);
        try {
            return play(options, console);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            console.line("interrupted");
            return NOT_PLAYED;
        } catch (IOException | RuntimeException e) {
            console.line("");
            err.println("demo: " + e.getMessage());
            err.println("The logs are in " + RunFolder.LOGS);
            return NOT_PLAYED;
        }
    }

    private static int play(Options options, Console console) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Path logs = RunFolder.prepare();
        System.setProperty("demo.logs", logs.toString()); // for logback-demo.xml, before anything is logged
        console.line(
                "A platform of two stacks: PostgreSQL with a primary, a synchronous standby and the replica of the");
        console.line(
                "delivery stack; Redis with a primary, two replicas and 3 Sentinels, for routes and publish jobs;");
        console.line(
                "Elasticsearch with three nodes, and an index for each of " + Audience.PUBLICATIONS + " publications;");
        console.line("3 editing servers, 3 delivery servers, 2 editors. Each is a process of its own.");
        console.line("");
        List<Result> results = new ArrayList<>();
        try (Platform platform = Platform.start(logs, console::status)) {
            Audience audience = Audience.prepare(platform, console::status);
            console.line("Started in " + seconds(begin) + " s. The logs are in " + logs);
            for (int i = 0; i < options.scenes().size(); i++) {
                boolean sabotage = options.sabotage() && i == options.scenes().size() - 1;
                results.add(new Play(platform, audience, console, options.load(), options.strict(), sabotage)
                        .play(options.scenes().get(i)));
            }
        }
        console.line("");
        console.line(ResultTable.text(results));
        console.line(summary(results) + ", in " + seconds(begin) + " s.");
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), ResultTable.json(results));
        }
        return exitCode(results, options.strict());
    }

    /** What became of all scenes, in one sentence without its end. */
    static String summary(List<Result> results) {
        String little = results.stream()
                .filter(result -> result.verdict() == Verdict.TOO_LITTLE)
                .map(result -> result.scene().id())
                .collect(Collectors.joining(", "));
        if (any(results, Verdict.BROKEN)) {
            return "A PROMISE WAS BROKEN" + (little.isEmpty() ? "" : ", and too little was seen to judge " + little);
        }
        return little.isEmpty()
                ? "Every scene kept its promise"
                : "No promise was broken, and too little was seen to judge " + little;
    }

    /** A scene that shows too little is the machine's affair, unless somebody asks for proof. */
    static int exitCode(List<Result> results, boolean strict) {
        if (any(results, Verdict.BROKEN)) {
            return BROKEN;
        }
        return strict && any(results, Verdict.TOO_LITTLE) ? NOT_PLAYED : 0;
    }

    private static boolean any(List<Result> results, Verdict verdict) {
        return results.stream().anyMatch(result -> result.verdict() == verdict);
    }

    private static String seconds(long begin) {
        return String.format("%.0f", Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0);
    }
}
