package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.Document;
import dev.hastack.benchmarks.Machine;
import dev.hastack.benchmarks.lab.UsageError;
import dev.hastack.benchmarks.lab.redis.RedisServers;
import dev.hastack.benchmarks.lab.redis.RedisStore;
import java.util.ArrayList;
import java.util.List;

/** How fast the job queue is, peers in the same run, and what failovers lose of it. */
public final class QueueBenchmark {
    private static final String HELP = """
            Usage: ha-benchmarks/queue [options]

            Starts a Redis primary, two replicas and three Sentinels, and measures jobs per second of ha-stack's job queue
            and of its peers; then enqueues durably while one primary after the other is killed or moved, and counts what is lost.

              --rounds N         rounds of the measurement of speed (default: 5; 0 leaves it out)
              --jobs N           jobs of each round (default: 20000)
              --failovers N      primaries that are killed, or moved (default: 5; 0 leaves it out)
              --durable-jobs N   jobs that are enqueued meanwhile (default: 100000)
              --write FILE       write the report between the marks <!-- queue --> and <!-- /queue --> of FILE
              --help             say this

            Exit code: 0 when no job was lost, 1 when one was, 2 when the options are wrong.
            """;

    private QueueBenchmark() {}

    /** Runs as {@code --help} says. */
    public static void main(String[] args) throws Exception {
        int exit;
        try {
            Options options = Options.parse(args);
            if (options.help()) {
                System.out.print(HELP);
                exit = 0;
            } else {
                exit = run(options) ? 0 : 1;
            }
        } catch (UsageError e) {
            System.err.println("queue: " + e.getMessage() + " (--help says more)");
            exit = 2;
        }
        // Threads of peers may still be there.
        System.exit(exit);
    }

    private static boolean run(Options options) throws Exception {
        List<String> parts = new ArrayList<>();
        int lost = 0;
        try (RedisServers servers = RedisServers.start()) {
            parts.add(Machine.text() + "; " + new RedisStore().versions(servers) + "\n");
            if (options.rounds() > 0) {
                parts.add(Throughput.measure(servers, options.rounds(), options.jobs()));
            }
            if (options.failovers() > 0) {
                Failovers.Result result = Failovers.play(servers, options.failovers(), options.durableJobs());
                parts.add(result.text());
                lost = result.lost();
            }
        }
        String report = String.join("\n", parts);
        System.out.printf("%n%s", report);
        if (options.write().isPresent()) {
            Document.put(options.write().get(), "<!-- queue -->", "<!-- /queue -->", report);
        }
        return lost == 0;
    }
}
