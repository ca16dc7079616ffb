package dev.hastack.core.scenario;

import dev.hastack.core.topology.Action;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.KnownEpoch;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Step;
import dev.hastack.core.topology.Topology;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the files of {@code reducer/}: inputs, step by step, and what each step comes to.
 *
 * <pre>
 * description: what happens, in a sentence
 * store: {identity: S1, pinned: S1}   # what nodes answer unless they say otherwise; what the configuration demands
 * known: {identity: S1, epoch: 7}     # the greatest epoch that earlier processes saw
 * abandonedEpoch: refuse              # unless it is left out: adopt
 * nodes: [a, b]
 * steps:
 *   - at: 1000                        # the n-th step is at n seconds, unless it says otherwise
 *     in: [{a: {role: primary, epoch: 6}}, {b: refused}]
 *     out: {primary: a, changes: [PrimaryFound a, NodeDown b], actions: []}
 * </pre>
 *
 * The files of {@code errors/} are templates: in place of the step's {@code out} they have, in {@code kinds}, one for
 * each kind of failure that {@code failure: {node: a, from: probe}} can be.
 */
final class ReducerScenario {
    private final Inputs inputs;
    private Snapshot now;

    private ReducerScenario(Fields file) {
        Optional<Fields> store = file.fieldsOr("store");
        inputs = new Inputs(store.flatMap(s -> s.textOr("identity")));
        now = Snapshot.initial(
                store.flatMap(s -> s.textOr("pinned")),
                file.fieldsOr("known").map(ReducerScenario::known),
                file.textOr("abandonedEpoch").filter("refuse"::equals).isEmpty());
        store.ifPresent(Fields::end);
        if (file.has("nodes")) {
            now = Topology.step(now, new Input.Members(Set.copyOf(file.texts("nodes")), Instant.EPOCH))
                    .next();
        }
        file.text("description");
    }

    private static KnownEpoch known(Fields fields) {
        KnownEpoch known = new KnownEpoch(fields.text("identity"), fields.number("epoch", 0), fields.textOr("history"));
        fields.end();
        return known;
    }

    static void run(Fields file) {
        ReducerScenario scenario = new ReducerScenario(file);
        int steps = 0;
        for (Fields step : file.each("steps")) {
            scenario.step(step, ++steps);
        }
        file.end();
    }

    static void runTemplate(Fields file, Kind kind) {
        ReducerScenario scenario = new ReducerScenario(file);
        int steps = 0;
        for (Fields step : file.each("steps")) {
            scenario.step(step, ++steps);
        }
        Fields failure = file.fields("failure");
        Input.Source source = failure.word("from", Input.Source.class);
        String node = failure.text("node");
        int generation = scenario.now.node(node).orElseThrow().generation();
        failure.end();
        Fields kinds = file.fields("kinds");
        Instant at = Instant.ofEpochSecond(steps + 1L);
        Step taken =
                Topology.step(scenario.now, new Input.Failed(node, generation, kind, source, Inputs.cause(kind), at));
        new Outcome(kinds.fields(kind.name())).check(scenario.now, taken.next(), taken.changes(), taken.actions(), at);
        for (Kind other : Kind.values()) {
            kinds.raw(other.name());
        }
        kinds.end();
        file.end();
    }

    private void step(Fields step, int number) {
        Instant at = step.instant("at", Instant.ofEpochSecond(number));
        Snapshot before = now;
        List<Change> changes = new ArrayList<>();
        List<Action> actions = new ArrayList<>();
        for (Fields entry : step.each("in")) {
            for (Input input : inputs.read(entry, now, at)) {
                Step taken = Topology.step(now, input);
                now = taken.next();
                changes.addAll(taken.changes());
                actions.addAll(taken.actions());
            }
        }
        new Outcome(step.fields("out")).check(before, now, changes, actions, at);
        step.end();
    }
}
