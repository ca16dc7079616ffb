package dev.hastack.examples.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The demo from its command line to its exit code. */
public final class DemoProgram {

    /** The system property that says whether the output is a terminal, which Java 17 cannot tell of the output alone. */
    private static final String TERMINAL = "demo.terminal";

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
            return 2;
        }
        if (options.help()) {
            out.print(Options.usage());
            return 0;
        }
        Console console = new Console(out, Boolean.getBoolean(TERMINAL), System::nanoTime);
        try {
            return play(options, console) ? 0 : 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            console.line("interrupted");
            return 1;
        } catch (IOException | RuntimeException e) {
            console.line("");
            err.println("demo: " + e.getMessage());
            err.println("The logs are in " + RunFolder.LOGS);
            return 1;
        }
    }

    private static boolean play(Options options, Console console) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Path logs = RunFolder.prepare();
        System.setProperty("demo.logs", logs.toString()); // for logback-demo.xml, before anything is logged
        console.line(
                "A platform of two stacks: PostgreSQL with a primary, a synchronous standby and the replica of the");
        console.line(
                "delivery stack; Redis with a primary, two replicas and 3 Sentinels, for routes and publish jobs;");
        console.line("Elasticsearch with three nodes, and an index for each of 45 publications;");
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
        boolean kept = results.stream().allMatch(Result::kept);
        console.line(
                (kept ? "Every scene kept its promise" : "A PROMISE WAS BROKEN") + ", in " + seconds(begin) + " s.");
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), ResultTable.json(results));
        }
        return kept;
    }

    private static String seconds(long begin) {
        return String.format("%.0f", Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0);
    }
}
