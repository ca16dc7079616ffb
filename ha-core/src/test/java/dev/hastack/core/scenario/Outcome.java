package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Action;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the outcome of a step with {@code out}. {@code changes} and {@code actions} must be there, so that no step
 * passes without a word; every other field is compared if it is there:
 *
 * <pre>
 * {health: WRITABLE, primary: a, maxEpoch: 6, identity: S1, incumbent: a, contested: false, same: true, closed: false,
 *  refusals: {a: epoch 6 is below epoch 7 of b},
 *  nodes: {a: DOWN, b: {status: REPLICA, suspect: 1000, generation: 1, ...}}, ring: [[999, 100]], describe: text,
 *  history: H,
 *  changes: [PrimaryMoved a b, EpochAbandoned 7 6 a, "PrimaryFenced a: epoch 6 is below epoch 7"], actions: [Retire a 0 interrupt, ProbeNow a]}
 * </pre>
 *
 * {@code none} stands for what is absent. A change is compared with its reason if one is written.
 */
final class Outcome {
    private final Fields out;
    private final String where;

    Outcome(Fields out) {
        this.out = out;
        this.where = out.path();
    }

    @SuppressWarnings("ReferenceEquality") // that it is the same object is what is promised
    void check(Snapshot before, Snapshot after, List<Change> changes, List<Action> actions, Instant now) {
        List<String> expected = out.texts("changes");
        List<String> said = new ArrayList<>();
        for (int i = 0; i < changes.size(); i++) {
            boolean reasons = i < expected.size() && expected.get(i).contains(": ");
            said.add(reasons ? words(changes.get(i)) + ": " + reason(changes.get(i)) : words(changes.get(i)));
        }
        out.raw("changes");
        assertThat(said).as("%s.changes", where).isEqualTo(expected);
        out.raw("actions");
        assertThat(actions.stream().map(Outcome::words).toList())
                .as("%s.actions", where)
                .isEqualTo(out.texts("actions"));
        is("health", after.availability());
        is("primary", after.primary().map(NodeView::node).orElse("none"));
        is("maxEpoch", words(after.maxEpoch()));
        is("identity", after.identity().orElse("none"));
        is("incumbent", after.incumbent().orElse("none"));
        is("history", after.past().history().orElse("none"));
        is("contested", after.contested());
        is("closed", after.closed());
        is("same", after == before);
        is("describe", after.describe(now));
        out.fieldsOr("refusals").ifPresent(refusals -> {
            for (String id : refusals.keys()) {
                is(refusals, id, after.node(id).flatMap(after::refusal).orElse("none"));
            }
        });
        out.fieldsOr("nodes").ifPresent(nodes -> {
            assertThat(after.nodes().keySet()).as("%s.nodes", where).containsAll(nodes.keys());
            for (String id : nodes.keys()) {
                node(where + ".nodes." + id, nodes.raw(id), after.nodes().get(id));
            }
        });
        out.check(
                "members",
                Object::toString,
                m -> assertThat(after.nodes().keySet().toString())
                        .as("%s.members", where)
                        .isEqualTo(m));
        out.check(
                "ring",
                Object::toString,
                ring -> assertThat(after.ring().stream()
                                .map(s -> List.of(s.at().toEpochMilli(), s.position()))
                                .toList()
                                .toString())
                        .as("%s.ring", where)
                        .isEqualTo(ring));
        out.check(
                "ringSize",
                Object::toString,
                n -> assertThat(String.valueOf(after.ring().size()))
                        .as("%s.ringSize", where)
                        .isEqualTo(n));
        out.end();
    }

    private void is(String key, Object actual) {
        is(out, key, actual);
    }

    private static void is(Fields expected, String key, Object actual) {
        expected.check(
                key,
                String::valueOf,
                value -> assertThat(String.valueOf(actual))
                        .as("%s.%s", expected.path(), key)
                        .isEqualTo(value));
    }

    private static void node(String path, Object expected, @Nullable NodeView node) {
        if (node == null) {
            throw new AssertionError(path + ": is no member");
        }
        if (!(expected instanceof Map<?, ?>)) {
            assertThat(node.status().name()).as(path).isEqualTo(String.valueOf(expected));
            return;
        }
        Fields fields = Fields.of(path, expected);
        is(fields, "status", node.status());
        is(fields, "open", node.open());
        is(
                fields,
                "suspect",
                node.suspect().map(at -> String.valueOf(at.toEpochMilli())).orElse("none"));
        is(fields, "identity", node.identity().orElse("none"));
        is(fields, "epoch", words(node.epoch()));
        is(fields, "position", node.position());
        is(fields, "followers", node.followers());
        is(fields, "rtt", node.rtt().toMillis());
        is(fields, "generation", node.generation());
        is(fields, "falls", node.falls());
        is(fields, "failure", node.failure().map(f -> f.kind().name()).orElse("none"));
        is(
                fields,
                "failedAt",
                node.failure().map(f -> String.valueOf(f.at().toEpochMilli())).orElse("none"));
        is(fields, "since", node.since().toEpochMilli());
        fields.end();
    }

    private static String words(OptionalLong epoch) {
        return epoch.isPresent() ? String.valueOf(epoch.getAsLong()) : "none";
    }

    private static String words(Change change) {
        String name = change.getClass().getSimpleName();
        if (change instanceof Change.PrimaryFound c) {
            return name + " " + c.node();
        } else if (change instanceof Change.PrimaryLost c) {
            return name + " " + c.node();
        } else if (change instanceof Change.PrimaryMoved c) {
            return name + " " + c.from() + " " + c.to();
        } else if (change instanceof Change.PrimaryFenced c) {
            return name + " " + c.node();
        } else if (change instanceof Change.EpochAbandoned c) {
            return name + " " + c.epoch() + " " + words(c.next()) + " "
                    + c.node().orElse("by an operator");
        } else if (change instanceof Change.NodeUp c) {
            return name + " " + c.node();
        } else if (change instanceof Change.NodeDown c) {
            return name + " " + c.node();
        } else if (change instanceof Change.NodeForeign c) {
            return name + " " + c.node();
        } else if (change instanceof Change.MembersChanged c) {
            return name + signed(" +", c.added()) + signed(" -", c.removed());
        }
        return name;
    }

    private static String signed(String sign, Set<String> ids) {
        StringBuilder words = new StringBuilder();
        new TreeSet<>(ids).forEach(id -> words.append(sign).append(id));
        return words.toString();
    }

    private static String reason(Change change) {
        if (change instanceof Change.PrimaryLost c) {
            return c.reason();
        } else if (change instanceof Change.PrimaryFenced c) {
            return c.reason();
        } else if (change instanceof Change.NodeDown c) {
            return c.failure().kind() + " " + c.failure().cause();
        } else if (change instanceof Change.NodeForeign c) {
            return c.actual().orElse("none") + " instead of " + c.expected();
        }
        return "none";
    }

    private static String words(Action action) {
        String name = action.getClass().getSimpleName();
        if (action instanceof Action.Retire a) {
            return name + " " + a.node() + " " + a.generation() + (a.interrupt() ? " interrupt" : "");
        } else if (action instanceof Action.ProbeNow a) {
            return name + " " + a.node();
        } else if (action instanceof Action.Monitor a) {
            return name + " " + a.node();
        } else if (action instanceof Action.Forget a) {
            return name + " " + a.node();
        }
        throw new AssertionError("unknown action " + action);
    }
}
