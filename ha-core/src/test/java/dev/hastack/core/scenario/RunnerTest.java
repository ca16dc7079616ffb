package dev.hastack.core.scenario;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.topology.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A scenario file that is wrong must fail. */
class RunnerTest {
    private static final String REDUCER = """
            description: a primary is found
            store: {identity: S1}
            nodes: [a]
            steps:
              - in: [{a: {role: primary, epoch: 6, position: 100}}]
                out: {primary: a, changes: [PrimaryFound a], actions: []}
              - in: [{a: refused}]
                out: {OUT}
            """;
    private static final String TRUE = "changes: [PrimaryLost a, NodeDown a], actions: [Retire a 0, ProbeNow a], ";

    @Test
    void a_true_file_passes() {
        assertThatCode(() -> run(TRUE + "nodes: {a: DOWN}, health: DARK")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TRUE + "health: WRITABLE",
                TRUE + "primary: a",
                TRUE + "maxEpoch: 7",
                TRUE + "identity: S2",
                TRUE + "incumbent: none",
                TRUE + "contested: true",
                TRUE + "closed: true",
                TRUE + "same: true",
                TRUE + "members: '[b]'",
                TRUE + "ring: [[0, 100]]",
                TRUE + "ringSize: 2",
                TRUE + "describe: fine",
                TRUE + "refusals: {a: contested}",
                TRUE + "nodes: {a: REPLICA}",
                TRUE + "nodes: {b: DOWN}",
                TRUE + "nodes: {a: {status: PRIMARY}}",
                TRUE + "nodes: {a: {open: true}}",
                TRUE + "nodes: {a: {suspect: 2000}}",
                TRUE + "nodes: {a: {identity: S2}}",
                TRUE + "nodes: {a: {epoch: 7}}",
                TRUE + "nodes: {a: {position: 101}}",
                TRUE + "nodes: {a: {followers: 1}}",
                TRUE + "nodes: {a: {rtt: 2}}",
                TRUE + "nodes: {a: {generation: 0}}",
                TRUE + "nodes: {a: {falls: 0}}",
                TRUE + "nodes: {a: {failure: HUNG}}",
                TRUE + "nodes: {a: {failedAt: 1000}}",
                TRUE + "nodes: {a: {since: 1000}}",
                TRUE + "nodes: {a: {color: red}}",
                TRUE + "color: red",
                "changes: [], actions: [Retire a 0, ProbeNow a]",
                "changes: [NodeDown a, PrimaryLost a], actions: [Retire a 0, ProbeNow a]",
                "changes: ['PrimaryLost a: bored', NodeDown a], actions: [Retire a 0, ProbeNow a]",
                "changes: [PrimaryLost a, NodeDown a], actions: []",
                "changes: [PrimaryLost a, NodeDown a], actions: [Retire a 0 interrupt, ProbeNow a]",
                "changes: [PrimaryLost a, NodeDown a]",
                "actions: [Retire a 0, ProbeNow a]",
                "nodes: {a: DOWN}",
                ""
            })
    void a_wrong_or_missing_expectation_fails_with_file_and_step(String out) {
        assertThatThrownBy(() -> run(out))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.yml")
                .hasMessageContaining("steps[2]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{description: no steps, nodes: [a], steps: []}",
                "{description: no in, nodes: [a], steps: [{in: [], out: {changes: [], actions: []}}]}",
                "{description: extra, nodes: [a], steps: [{in: [{hint: b}], out: {changes: [], actions: []}}], x: 1}",
                "{description: extra, nodes: [a], steps: [{in: [{hint: b}], x: 1, out: {changes: [], actions: []}}]}",
                "{nodes: [a], steps: [{in: [{hint: b}], out: {changes: [], actions: []}}]}",
            })
    void a_file_that_says_nothing_or_too_much_fails(String yaml) {
        assertThatThrownBy(() -> ReducerScenario.run(Fields.parse("wrong.yml", yaml)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.yml");
    }

    @Test
    void a_template_must_list_every_kind() {
        String yaml = """
                description: incomplete
                nodes: [a]
                steps: [{in: [{a: {role: replica}}], out: {changes: [NodeUp a], actions: []}}]
                failure: {node: a, from: caller}
                kinds: {DENIED: {changes: [], actions: []}}
                """;
        assertThatThrownBy(() -> ReducerScenario.runTemplate(Fields.parse("wrong.yml", yaml), Kind.DENIED))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("REFUSED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "policy: {prefer: replica}, eligible: [a]",
                "policy: {prefer: replica}, eligible: [b], until: 5",
                "policy: {prefer: replica}, eligible: [b], error: none",
                "policy: {prefer: replica}, eligible: [b], calls: [{failed: [b], nodes: []}]",
                "policy: {prefer: replica}, eligible: [b], calls: [{token: {position: 101}, nodes: [b]}]",
                "policy: {prefer: replica, color: red}, eligible: [b]",
                "policy: {prefer: replica}, eligible: [b], color: red",
                "policy: {prefer: replica}",
            })
    void a_wrong_selection_fails(String read) {
        String yaml = """
                description: a primary and a replica
                now: 1000
                snapshot: {nodes: {a: {status: PRIMARY, position: 100}, b: {status: REPLICA, position: 100}}}
                reads: [{READ}]
                """.replace("READ", read);
        assertThatThrownBy(() -> SelectionScenario.run(Fields.parse("wrong.yml", yaml)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.yml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: 0, b: 0", "a: 0, b: unknown", "a: 0", "a: 0, b: 500, c: 0"})
    void a_wrong_bound_fails(String bounds) {
        String yaml = """
                description: a primary and a replica
                cases:
                  - now: 1000
                    snapshot:
                      ring: [[500, 100]]
                      nodes: {a: {status: PRIMARY, position: 100}, b: {status: REPLICA, position: 100}}
                    bounds: {BOUNDS}
                """;
        assertThatCode(() -> StalenessScenario.run(Fields.parse("true.yml", yaml.replace("BOUNDS", "a: 0, b: 500"))))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> StalenessScenario.run(Fields.parse("wrong.yml", yaml.replace("BOUNDS", bounds))))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.yml");
    }

    @Test
    void a_wrong_share_fails() {
        String yaml = "{description: even, inFlight: [0, 0], iterations: 1000, shares: [0.8, 0.2], tolerance: 0.05}";
        assertThatThrownBy(() -> BalanceScenario.run(Fields.parse("wrong.yml", yaml)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.yml");
    }

    private static void run(String out) {
        ReducerScenario.run(Fields.parse("wrong.yml", REDUCER.replace("OUT", out)));
    }
}
