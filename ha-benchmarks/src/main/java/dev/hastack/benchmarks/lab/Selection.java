package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Pace;
import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.benchmarks.lab.round.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What is played of a store. */
record Selection<S extends Servers, K>(List<Fault<S, K>> faults, List<Client<S, K>> clients, Pace pace) {

    Selection {
        faults = List.copyOf(faults);
        clients = List.copyOf(clients);
    }

    /** Of all that the store has, what the options name. */
    static <S extends Servers, K> Selection<S, K> of(Store<S, K, ?> store, Options options) throws UsageError {
        Pace usual = store.pace();
        return new Selection<>(
                pick("--fault", options.faults(), List.copyOf(store.faults()), Fault::id),
                pick("--client", options.clients(), List.copyOf(store.clients()), Client::id),
                new Pace(
                        options.rounds().orElse(usual.rounds()),
                        options.peerRounds().orElse(usual.peerRounds()),
                        options.patience().orElse(usual.patience()),
                        usual.around()));
    }

    private static <T> List<T> pick(String option, List<String> ids, List<T> all, Function<T, String> id)
            throws UsageError {
        List<String> known = all.stream().map(id).toList();
        for (String wanted : ids) {
            if (!known.contains(wanted)) {
                throw new UsageError(option + " knows no \"" + wanted + "\"; there are " + String.join(", ", known));
            }
        }
        return all.stream()
                .filter(one -> ids.isEmpty() || ids.contains(id.apply(one)))
                .toList();
    }

    int roundsOf(Client<S, K> client) {
        return client.peer() ? pace.peerRounds() : pace.rounds();
    }

    /** Who plays this round, in an order that alternates, so that nobody always comes after the same. */
    List<Client<S, K>> order(int round) {
        List<Client<S, K>> order = new ArrayList<>(
                clients.stream().filter(client -> round <= roundsOf(client)).toList());
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }

    /** About how long it takes if every client comes back at once. */
    Duration least() {
        return sum((fault, client) -> once(fault).multipliedBy(roundsOf(client)));
    }

    /** About how long it takes if no peer comes back after a promotion, which is looked at once. */
    Duration most() {
        return sum((fault, client) -> {
            Duration all = once(fault).multipliedBy(roundsOf(client));
            Duration never = once(fault).plus(pace.patience());
            return client.peer() && fault.promotes() && never.compareTo(all) > 0 ? never : all;
        });
    }

    private Duration once(Fault<S, K> fault) {
        return fault.lasts().plus(pace.around());
    }

    private Duration sum(BiFunction<Fault<S, K>, Client<S, K>, Duration> part) {
        // The rounds that warm up.
        Duration sum = once(faults.get(0)).multipliedBy(clients.size());
        for (Fault<S, K> fault : faults) {
            for (Client<S, K> client : clients) {
                sum = sum.plus(part.apply(fault, client));
            }
        }
        return sum;
    }
}
