package dev.hastack.benchmarks.soak;

import dev.hastack.benchmarks.lab.UsageError;
import dev.hastack.benchmarks.lab.postgres.HaStackClient;
import dev.hastack.benchmarks.lab.postgres.PostgresServers;
import dev.hastack.core.HaStack;
import dev.hastack.postgres.HaPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

/** Lets one trouble follow another on one open ha-stack, heals in between, and reports what was not as promised. */
public final class Soak {
    private static final String HELP = """
            Usage: ha-benchmarks/soak [--minutes N] [--seed N] [--fault A,B]

            Starts a PostgreSQL primary, its synchronous standby and a replica, opens one ha-stack on them, and lets four
            writers and four readers work while faults drawn at random strike, one after another, healed in between.

              --minutes N   how long (default: 10)
              --seed N      of the faults: which, where, how long (default: a random one; it is printed)
              --fault A,B   draw from these only (default: all)
              --help        say this

            Exit code: 0 when every promise was kept, 1 when one was not, 2 when the options are wrong.
            """;

    private static final Duration MAX_LAG = Duration.ofSeconds(2);

    private Soak() {}

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
            System.err.println("soak: " + e.getMessage() + " (--help says more)");
            exit = 2;
        }
        // Threads whose calls hang may still be there.
        System.exit(exit);
    }

    private static boolean run(Options options) throws Exception {
        System.out.printf(
                "seed %d, %d minutes, reads.max-lag=%dms%n",
                options.seed(), options.lasts().toMinutes(), MAX_LAG.toMillis());
        Tally tally = new Tally();
        List<String> violations;
        try (PostgresServers servers =
                PostgresServers.start(Map.of()).throughProxies().withMaxLag(MAX_LAG)) {
            servers.reset();
            HaStack stack = HaStackClient.connect(servers);
            Judged session = new Judged(HaStackClient.session(stack), stack.get(HaPostgres.class), new LongAdder());
            Course course = new Course(servers, session, MAX_LAG, tally);
            play(course, options);
            violations = course.end();
            session.close();
            System.out.printf(
                    "%d reads without a primary, or while the topology changed, were not judged%n",
                    session.left().sum());
        }
        System.out.printf("%n%s%nseed %d: %d violations%n", tally, options.seed(), violations.size());
        violations.forEach(System.out::println);
        return violations.isEmpty();
    }

    /** Each trouble comes once before any comes twice. */
    private static void play(Course course, Options options) throws Exception {
        long begin = System.nanoTime();
        Random random = new Random(options.seed());
        List<Trouble> deck = new ArrayList<>();
        while (System.nanoTime() - begin < options.lasts().toNanos()) {
            if (deck.isEmpty()) {
                deck.addAll(options.faults());
                Collections.shuffle(deck, random);
            }
            course.play(deck.remove(0).draw(random));
        }
    }
}
