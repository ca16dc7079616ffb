package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Selection;
import dev.hastack.core.select.Token;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the files of {@code selection/}: a snapshot and policies, and the nodes that each may read from.
 *
 * <pre>
 * description: what is chosen, in a sentence
 * now: 100000
 * snapshot: {...}
 * reads:
 *   - policy: {prefer: replica, fallback: true, own: [b], maxLag: 10000, window: 15}
 *     eligible: [b]
 *     late: [c]                         # those that were late before
 *     nowLate: [c]
 *     unheard: [d]                      # those that only were not heard of for too long
 *     nearing: 103000                   # none: never
 *     until: 105000                     # none: for ever
 *     error: no replica within 5 s ...  # of a wait of five seconds
 *     calls:                            # which have failed on nodes, find breakers open or nodes full, or hold a token
 *       - {failed: [b], open: [c], full: [d], token: {identity: S1, epoch: 7, position: 100}, nodes: [c]}
 * </pre>
 */
final class SelectionScenario {
    private SelectionScenario() {}

    static void run(Fields file) {
        file.text("description");
        Instant now = file.instant("now").orElseThrow();
        Snapshot snapshot = Snapshots.read(file.fields("snapshot"));
        for (Fields read : file.each("reads")) {
            read(read, snapshot, now);
        }
        file.end();
    }

    private static void read(Fields read, Snapshot snapshot, Instant now) {
        ReadPolicy policy = policy(read.fields("policy"));
        Eligible eligible = Selection.eligible(snapshot, policy, Set.copyOf(read.texts("late")), now);
        read.list("eligible");
        assertThat(eligible.nodes()).as("%s.eligible", read.path()).isEqualTo(read.texts("eligible"));
        if (read.has("nowLate")) {
            assertThat(eligible.late())
                    .as("%s.nowLate", read.path())
                    .containsExactlyInAnyOrderElementsOf(read.texts("nowLate"));
        }
        if (read.has("unheard")) {
            assertThat(eligible.unheard())
                    .as("%s.unheard", read.path())
                    .containsExactlyInAnyOrderElementsOf(read.texts("unheard"));
        }
        read.textOr("nearing")
                .ifPresent(nearing -> assertThat(eligible.nearing()
                                .map(at -> String.valueOf(at.toEpochMilli()))
                                .orElse("none"))
                        .as("%s.nearing", read.path())
                        .isEqualTo(nearing));
        read.textOr("until")
                .ifPresent(until -> assertThat(eligible.until()
                                .map(end -> String.valueOf(end.toEpochMilli()))
                                .orElse("none"))
                        .as("%s.until", read.path())
                        .isEqualTo(until));
        read.textOr("error")
                .ifPresent(error -> assertThat(Waits.read(policy, Duration.ofSeconds(5), snapshot, now))
                        .as("%s.error", read.path())
                        .isEqualTo(error));
        if (read.has("calls")) {
            read.each("calls").forEach(call -> call(call, eligible, snapshot));
        }
        read.end();
    }

    private static void call(Fields call, Eligible all, Snapshot snapshot) {
        Set<String> failed = new HashSet<>(call.texts("failed"));
        Set<String> open = new HashSet<>(call.texts("open"));
        Set<String> full = new HashSet<>(call.texts("full"));
        Eligible eligible = call.fieldsOr("token")
                .map(token -> all.reaching(token(token, snapshot)))
                .orElse(all);
        List<String> nodes =
                eligible.nodes(node -> !full.contains(node), failed::contains, node -> !open.contains(node));
        call.list("nodes");
        assertThat(nodes).as("%s.nodes", call.path()).isEqualTo(call.texts("nodes"));
        call.end();
    }

    private static Token token(Fields token, Snapshot snapshot) {
        Token read = new Token(
                token.textOr("identity").or(snapshot::identity),
                token.has("epoch") ? token.number("epoch") : snapshot.maxEpoch(),
                token.textOr("history"),
                token.number("position", 0));
        token.end();
        return read;
    }

    private static ReadPolicy policy(Fields fields) {
        ReadPolicy policy = new ReadPolicy(
                fields.word("prefer", Preference.class),
                fields.flag("fallback"),
                Set.copyOf(fields.texts("own")),
                Set.copyOf(fields.texts("near")),
                fields.has("maxLag") ? Optional.of(fields.millis("maxLag", Duration.ZERO)) : Optional.empty(),
                fields.millis("window", ReadPolicy.DEFAULT_WINDOW));
        fields.end();
        return policy;
    }
}
