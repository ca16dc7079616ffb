package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import java.time.Instant;

/**
 * Runs the files of {@code staleness/}: snapshots, and the bounds of their nodes in milliseconds, or {@code unknown}.
 * Every node must be listed.
 *
 * <pre>
 * description: what is known, in a sentence
 * cases:
 *   - now: 5000
 *     snapshot: {...}
 *     bounds: {a: 0, b: 1200, c: unknown}
 * </pre>
 */
final class StalenessScenario {
    private StalenessScenario() {}

    static void run(Fields file) {
        file.text("description");
        for (Fields given : file.each("cases")) {
            Instant now = given.instant("now").orElseThrow();
            Snapshot snapshot = Snapshots.read(given.fields("snapshot"));
            Fields bounds = given.fields("bounds");
            for (NodeView node : snapshot.nodes().values()) {
                String bound = Staleness.bound(snapshot, node, now)
                        .map(lag -> String.valueOf(lag.toMillis()))
                        .orElse("unknown");
                assertThat(bound).as("%s.%s", bounds.path(), node.node()).isEqualTo(bounds.text(node.node()));
            }
            bounds.end();
            given.end();
        }
        file.end();
    }
}
