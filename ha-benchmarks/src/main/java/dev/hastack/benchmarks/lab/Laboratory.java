package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.Machine;
import dev.hastack.benchmarks.lab.elasticsearch.ElasticsearchStore;
import dev.hastack.benchmarks.lab.postgres.Deaths;
import dev.hastack.benchmarks.lab.postgres.PostgresStore;
import dev.hastack.benchmarks.lab.postgres.StallHints;
import dev.hastack.benchmarks.lab.redis.RedisStore;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Pace;
import dev.hastack.benchmarks.lab.round.Result;
import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.benchmarks.lab.round.Store;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Plays faults on real servers under load, ha-stack and its peers in the same run, and reports what callers saw. */
public final class Laboratory {
    private static final List<Store<?, ?, ?>> STORES =
            List.of(new PostgresStore(), new RedisStore(), new ElasticsearchStore());

    private static final String HELP = """
            Usage: ha-benchmarks/laboratory [options]

            Starts real servers on this machine, puts writers and readers on one client after the other, breaks something,
            and reports what the callers saw. Needs a JDK 17 or later and Maven, nothing else.

              --store NAME      the store: postgres, redis or elasticsearch (default: postgres)
              --fault A,B       these faults only (default: all)
              --client X,Y      these clients only (default: all)
              --rounds N        rounds of ha-stack
              --peer-rounds N   rounds of each other client: fewer, since they are slow to come back, and scatter little
              --patience S      seconds after which a first write counts as never
              --write FILE      write the report between the marks <!-- laboratory NAME --> and <!-- /laboratory --> of
                                FILE, NAME being the store's
              --stalls          measure instead how many probes long statements cause (PostgreSQL)
              --deaths          measure instead how soon an idle process notices that the primary was killed (PostgreSQL)
              --help            say this

            %s
            Exit code: 0 when every target was held, 1 when one was not, 2 when the options are wrong.
            """;

    private Laboratory() {}

    /** Runs as {@code --help} says. */
    public static void main(String[] args) throws Exception {
        int exit;
        try {
            Options options = Options.parse(args);
            if (options.help()) {
                System.out.print(help());
                exit = 0;
            } else {
                exit = measure(options) ? 0 : 1;
            }
        } catch (UsageError e) {
            System.err.println("laboratory: " + e.getMessage() + " (--help says more)");
            exit = 2;
        }
        // Threads of clients that hung may still be there.
        System.exit(exit);
    }

    private static boolean measure(Options options) throws Exception {
        switch (options.task()) {
            case FAULTS -> {
                return run(store(options.store()), options);
            }
            case STALLS -> {
                return StallHints.run();
            }
            case DEATHS -> Deaths.run();
        }
        return true;
    }

    private static Store<?, ?, ?> store(String id) throws UsageError {
        return STORES.stream()
                .filter(store -> store.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new UsageError("--store knows no \"" + id + "\"; there are "
                        + STORES.stream().map(Store::id).collect(Collectors.joining(", "))));
    }

    private static String help() {
        StringBuilder lists = new StringBuilder();
        for (Store<?, ?, ?> store : STORES) {
            Pace pace = store.pace();
            lists.append("Unless told otherwise, %s plays %d rounds, %d of each peer, with a patience of %d s.%n"
                    .formatted(
                            store.id(),
                            pace.rounds(),
                            pace.peerRounds(),
                            pace.patience().toSeconds()));
            lists.append("Faults of ").append(store.id()).append(":\n");
            store.faults().forEach(fault -> lists.append("  %-17s %s%n".formatted(fault.id(), fault.story())));
            lists.append("Clients of ").append(store.id()).append(":\n");
            store.clients()
                    .forEach(client -> lists.append("  ").append(client.id()).append('\n'));
        }
        return HELP.formatted(lists);
    }

    private static <S extends Servers, K, O extends Result> boolean run(Store<S, K, O> store, Options options)
            throws Exception {
        Selection<S, K> selection = Selection.of(store, options);
        System.out.printf(
                Locale.ROOT,
                "%d faults, %d clients: %d to %d minutes%n",
                selection.faults().size(),
                selection.clients().size(),
                minutes(selection.least()),
                minutes(selection.most()));
        Report report;
        try (S servers = store.start()) {
            String setting = Machine.text() + "; " + store.versions(servers);
            report = Report.of(setting, store, selection, play(store, selection, servers));
        }
        System.out.println();
        System.out.print(report);
        if (options.write().isPresent()) {
            report.writeTo(options.write().get());
        }
        return report.held();
    }

    private static long minutes(Duration duration) {
        return duration.plusSeconds(59).toMinutes();
    }

    private static <S extends Servers, K, O extends Result> Results<O> play(
            Store<S, K, O> store, Selection<S, K> selection, S servers) throws Exception {
        Results<O> results = new Results<>();
        Duration patience = selection.pace().patience();
        // Round 0 warms up code and caches, and does not count.
        Fault<S, K> first = selection.faults().get(0);
        for (Client<S, K> client : selection.clients()) {
            print(first, client, 0, store.play(client, first, patience, servers));
        }
        int most =
                selection.clients().stream().mapToInt(selection::roundsOf).max().orElse(0);
        for (Fault<S, K> fault : selection.faults()) {
            // Who never came back is not waited for again.
            Set<Client<S, K>> gone = new HashSet<>();
            for (int round = 1; round <= most; round++) {
                for (Client<S, K> client : selection.order(round)) {
                    if (!gone.contains(client)) {
                        Optional<O> outcome =
                                round(client, fault, round, () -> store.play(client, fault, patience, servers));
                        outcome.ifPresent(o -> results.add(fault.id(), client.id(), o));
                        if (client.peer() && outcome.filter(Result::recovered).isEmpty()) {
                            gone.add(client);
                        }
                    }
                }
            }
        }
        return results;
    }

    /** One round; empty if a peer did not even work before the fault, which must not end the run of all others. */
    private static <O extends Result> Optional<O> round(
            Client<?, ?> client, Fault<?, ?> fault, int round, Callable<O> played) throws Exception {
        try {
            O outcome = played.call();
            print(fault, client, round, outcome);
            return Optional.of(outcome);
        } catch (IllegalStateException e) {
            if (!client.peer()) {
                throw e;
            }
            System.out.printf("%-15s round %2d, %-14s: %s%n", fault.id(), round, client.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private static void print(Fault<?, ?> fault, Client<?, ?> client, int round, Result outcome) {
        System.out.printf("%-15s round %2d, %-14s: %s%n", fault.id(), round, client.id(), outcome);
    }
}
