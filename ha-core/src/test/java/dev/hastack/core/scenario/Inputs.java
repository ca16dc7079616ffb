package dev.hastack.core.scenario;

import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Input.Source;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Origin;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads one entry of {@code in}:
 *
 * <pre>
 * {a: {role: primary, epoch: 6, position: 100, followers: 1, identity: S2, history: H, stream: s, exact: true, generation: 0, started: 900, at: 1000}}
 * {a: {failed: network, from: caller, generation: 0, cause: reset, at: 1000, times: 30}}
 * {a: refused}    {a: caller network}    {members: [a, b]}    {hint: a}    {appointed: 7}    {forgotten: true}    {closed: true}
 * </pre>
 *
 * An answer or failure is of the node's present generation, unless it says another; it is of the store's identity,
 * unless it says another, or {@code none}. A probe is sent one millisecond before its answer.
 */
final class Inputs {
    private final Optional<String> identity;

    Inputs(Optional<String> identity) {
        this.identity = identity;
    }

    List<Input> read(Fields entry, Snapshot now, Instant at) {
        if (entry.keys().size() != 1) {
            throw new AssertionError(entry.path() + ": expected one input, but found " + entry.keys());
        }
        String key = entry.keys().iterator().next();
        return switch (key) {
            case "members" -> List.of(new Input.Members(Set.copyOf(new TreeSet<>(entry.texts(key))), at));
            case "hint" -> List.of(new Input.Hint(entry.text(key), at));
            case "appointed" -> List.of(new Input.Appointed(Long.parseLong(entry.text(key)), "Sentinel", at));
            case "forgotten" -> List.of(new Input.Forgotten(at));
            case "closed" -> List.of(new Input.Closed(at));
            default -> {
                Object said = entry.raw(key);
                if (said instanceof Map<?, ?>) {
                    yield ofNode(key, Fields.of(entry.path() + "." + key, said), now, at);
                }
                String words = String.valueOf(said);
                boolean caller = words.startsWith("caller ");
                Kind kind = kind(caller ? words.substring("caller ".length()) : words);
                Source source = caller ? Source.CALLER : Source.PROBE;
                yield List.of(new Input.Failed(key, generation(now, key), kind, source, cause(kind), at));
            }
        };
    }

    private List<Input> ofNode(String node, Fields said, Snapshot now, Instant step) {
        Instant at = said.instant("at", step);
        int generation = (int) said.number("generation", generation(now, node));
        Input input = said.has("failed") ? failed(node, said, generation, at) : answered(node, said, generation, at);
        int times = (int) said.number("times", 1);
        said.end();
        return Collections.nCopies(times, input);
    }

    private Input answered(String node, Fields said, int generation, Instant at) {
        Optional<String> cluster = said.textOr("identity").or(() -> identity).filter(id -> !id.equals("none"));
        return new Input.Answered(
                node,
                generation,
                said.word("role", Role.class),
                cluster,
                said.number("epoch"),
                said.number("position", 0),
                (int) said.number("followers", 0),
                List.of(),
                said.instant("started", at.minusMillis(1)),
                at,
                new Origin(said.textOr("history"), said.textOr("stream"), said.flag("exact")));
    }

    private static Input failed(String node, Fields said, int generation, Instant at) {
        Kind kind = kind(said.text("failed"));
        Source source = said.has("from") ? said.word("from", Source.class) : Source.PROBE;
        return new Input.Failed(
                node, generation, kind, source, said.textOr("cause").orElse(cause(kind)), at);
    }

    static Kind kind(String words) {
        return Kind.valueOf(words.toUpperCase(Locale.ROOT).replace(' ', '_'));
    }

    static String cause(Kind kind) {
        return "says " + kind.name().toLowerCase(Locale.ROOT);
    }

    private static int generation(Snapshot now, String node) {
        return now.node(node).map(NodeView::generation).orElse(0);
    }
}
