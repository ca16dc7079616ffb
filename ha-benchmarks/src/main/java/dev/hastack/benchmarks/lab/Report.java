package dev.hastack.benchmarks.lab;

import dev.hastack.benchmarks.Document;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Outcome;
import dev.hastack.benchmarks.lab.round.Servers;
import dev.hastack.benchmarks.lab.round.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What all rounds showed, in Markdown.
 *
 * @param store its id
 * @param setting the machine and the versions
 * @param story each fault and each client, in words
 */
record Report(String store, String setting, Table table, List<Verdict> verdicts, String story) {
    private static final String END = "<!-- /laboratory -->";

    static <S extends Servers> Report of(String setting, Store<S> store, Selection<S> selection, Results results) {
        Table table = new Table();
        for (Fault<S> fault : selection.faults()) {
            for (Client<S> client : selection.clients()) {
                List<Outcome> outcomes = results.of(fault.id(), client.id());
                if (!outcomes.isEmpty()) {
                    table.add(fault.id(), client.id(), outcomes);
                }
            }
        }
        List<Verdict> verdicts = new ArrayList<>();
        selection.clients().stream()
                .filter(client -> !client.peer())
                .forEach(client -> store.targets().forEach(target -> {
                    List<Outcome> outcomes = results.of(target.fault(), client.id());
                    if (!outcomes.isEmpty()) {
                        verdicts.add(Verdict.of(target, outcomes));
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
        Document.put(document, mark(), END, toString());
    }

    /** This text with the report in place of what stands between the marks. */
    String in(String text, Path document) {
        return Document.in(text, document, mark(), END, toString());
    }

    private String mark() {
        return "<!-- laboratory " + store + " -->";
    }
}
