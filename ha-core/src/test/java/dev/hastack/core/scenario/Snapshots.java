package dev.hastack.core.scenario;

import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Origin;
import dev.hastack.core.topology.Past;
import dev.hastack.core.topology.Sample;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import dev.hastack.core.topology.Views;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Reads a snapshot as it is written in {@code selection/} and {@code staleness/}:
 *
 * <pre>
 * {identity: S1, maxEpoch: 7, history: H, abandoned: 8, abandonedHistory: G, incumbent: a,
 *  ring: [[1000, 100], [2000, 140, 1500]],   # the third: when it was reached
 *  nodes: {a: {status: PRIMARY, epoch: 7, position: 140, followers: 1, rtt: 0.5, falls: 0, since: 0}}}
 * </pre>
 *
 * A node is of the snapshot's identity, and usable nodes of its epoch, unless they say otherwise or {@code none}.
 */
final class Snapshots {
    private Snapshots() {}

    static Snapshot read(Fields fields) {
        TreeMap<String, NodeView> nodes = new TreeMap<>();
        Optional<String> identity = fields.textOr("identity");
        Optional<String> epoch = fields.textOr("maxEpoch");
        Fields views = fields.fields("nodes");
        for (String id : views.keys()) {
            nodes.put(id, node(id, views.fields(id), identity, epoch));
        }
        List<Sample> ring = new ArrayList<>();
        for (Object pair : fields.listOr("ring")) {
            List<Object> sample = Fields.list(fields.path() + ".ring", pair);
            ring.add(new Sample(
                    Instant.ofEpochMilli(number(sample.get(0))),
                    number(sample.get(1)),
                    Instant.ofEpochMilli(number(sample.get(sample.size() > 2 ? 2 : 0)))));
        }
        Snapshot snapshot = Views.snapshot(
                identity, epochOf(epoch), fields.textOr("incumbent"), nodes, ring, fields.flag("closed"), past(fields));
        fields.end();
        return snapshot;
    }

    private static Past past(Fields fields) {
        Optional<Past.Abandoned> abandoned = fields.number("abandoned").stream()
                .mapToObj(epoch -> new Past.Abandoned(epoch, fields.textOr("abandonedHistory"), Instant.EPOCH))
                .findFirst();
        return new Past(fields.textOr("history"), Optional.empty(), abandoned, true);
    }

    private static NodeView node(String id, Fields view, Optional<String> identity, Optional<String> epoch) {
        Instant failedAt =
                view.instant("failedAt").or(() -> view.instant("suspect")).orElse(Instant.EPOCH);
        NodeView node = Views.node(
                id,
                view.word("status", Status.class),
                view.instant("suspect"),
                view.textOr("identity").or(() -> identity).filter(Snapshots::given),
                epochOf(view.textOr("epoch").or(() -> epoch).filter(Snapshots::given)),
                view.number("position", 0),
                (int) view.number("followers", 0),
                view.millis("rtt", Duration.ofMillis(1)),
                view.instant("answered"),
                (int) view.number("generation", 0),
                (int) view.number("falls", 0),
                view.textOr("failure")
                        .map(kind -> new Failure(Inputs.kind(kind), Inputs.cause(Inputs.kind(kind)), failedAt)),
                view.instant("since", Instant.EPOCH),
                new Origin(view.textOr("history"), Optional.empty(), false));
        view.end();
        return node;
    }

    private static boolean given(String value) {
        return !value.equals("none");
    }

    private static OptionalLong epochOf(Optional<String> text) {
        return text.stream().mapToLong(Long::parseLong).findFirst();
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }
}
