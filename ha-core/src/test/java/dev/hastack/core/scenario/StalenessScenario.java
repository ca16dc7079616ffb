package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import java.time.Instant;

/**
 * Runs the files of {@code staleness/}: snapshots, and the bounds of their nodes in milliseconds, or {@code unknown};
 * and the lags that positions bear out, for those that are listed.
 *
 * <pre>
 * description: what is known, in a sentence
 * cases:
 *   - now: 5000
 *     snapshot: {...}
 *     bounds: {a: 0, b: 1200, c: unknown}
 *     proven: {b: 200}
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
            given.fieldsOr("proven").ifPresent(proven -> proven(proven, snapshot, now));
            given.end();
        }
        file.end();
    }

    private static void proven(Fields proven, Snapshot snapshot, Instant now) {
        for (String id : proven.keys()) {
            String lag = Staleness.proven(snapshot, snapshot.node(id).orElseThrow(), now)
                    .map(known -> String.valueOf(known.toMillis()))
                    .orElse("unknown");
            assertThat(lag).as("%s.%s", proven.path(), id).isEqualTo(proven.text(id));
        }
        proven.end();
    }
}
