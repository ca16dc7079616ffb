package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Result;
import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.benchmarks.lab.round.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What all rounds showed, in Markdown.
 *
 * @param store its id
 * @param setting the machine and the versions
 * @param story each fault and each client, in words
 */
record Report(String store, String setting, Table<?> table, List<Verdict> verdicts, String story) {
    private static final String END = "<!-- /laboratory -->";

    static <S extends Servers, K, O extends Result> Report of(
            String setting, Store<S, K, O> store, Selection<S, K> selection, Results<O> results) {
        Table<O> table = new Table<>(store.columns());
        for (Fault<S, K> fault : selection.faults()) {
            for (Client<S, K> client : selection.clients()) {
                List<O> outcomes = results.of(fault.id(), client.id());
                if (!outcomes.isEmpty()) {
                    table.add(fault.id(), client.id(), outcomes);
                }
            }
        }
        List<Verdict> verdicts = new ArrayList<>();
        selection.clients().stream()
                .filter(client -> !client.peer())
                .forEach(client -> store.targets(client).forEach(target -> {
                    List<O> outcomes = results.of(target.fault(), client.id());
                    // Without the peer there is nothing to compare with.
                    Optional<List<O>> peer = target.peer().map(id -> results.of(target.fault(), id));
                    if (!outcomes.isEmpty() && peer.filter(List::isEmpty).isEmpty()) {
                        verdicts.add(peer.map(rounds -> Verdict.of(target, outcomes, rounds))
                                .orElseGet(() -> Verdict.of(target, outcomes)));
                    }
                }));
        String faults = selection.faults().stream()
                .map(fault -> "- `" + fault.id() + "`: " + fault.story())
                .collect(Collectors.joining("\n"));
        String clients = selection.clients().stream()
                .map(client -> "- `" + client.id() + "`: " + client.configuration())
                .collect(Collectors.joining("\n"));
        return new Report(store.id(), setting, table, verdicts, "Faults:\n\n" + faults + "\n\nClients:\n\n" + clients);
    }

    boolean held() {
        return verdicts.stream().allMatch(Verdict::held);
    }

    @Override
    public String toString() {
        String targets = verdicts.stream().map(verdict -> "- " + verdict).collect(Collectors.joining("\n"));
        return setting + "\n\n" + table + "\n\n"
                + (verdicts.isEmpty() ? "" : "Targets of ha-stack:\n\n" + targets + "\n\n") + story + "\n";
    }

    /** Replaces the part of the document between the laboratory's marks. */
    void writeTo(Path document) throws IOException {
        Files.writeString(document, in(Files.readString(document), document));
    }

    /** This text with the report in place of what stands between the marks. */
    String in(String text, Path document) {
        String mark = "<!-- laboratory " + store + " -->";
        int begin = text.indexOf(mark);
        int end = text.indexOf(END, begin + 1);
        if (begin < 0 || end < 0) {
            throw new IllegalArgumentException(document + " has no part between " + mark + " and " + END
                    + "; put these two lines where the report belongs");
        }
        return text.substring(0, begin + mark.length()) + "\n" + this + text.substring(end);
    }
}
