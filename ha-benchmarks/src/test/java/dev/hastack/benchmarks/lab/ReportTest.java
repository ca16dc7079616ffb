package dev.hastack.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.benchmarks.lab.round.Outcome;
import dev.hastack.benchmarks.lab.round.PrimaryStore;
import dev.hastack.benchmarks.lab.round.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Path DOCUMENT = Path.of("benchmarks.md");

    @Test
    void a_row_has_the_median_and_the_worst_of_each_figure() {
        var table = new Table<>(PrimaryStore.COLUMNS);
        table.add("killed", "ha-stack", List.of(outcome(5.25, 0), outcome(7.5, 0), outcome(120, 3)));

        assertThat(table.toString().lines()).hasSize(3);
        assertThat(table.toString().lines().skip(2).findFirst().orElseThrow().split(" *\\| *"))
                .containsExactly(
                        "",
                        "killed",
                        "ha-stack",
                        "3",
                        "7.5 / 120",
                        "0",
                        "0",
                        "0",
                        "0",
                        "0 / 3",
                        "0",
                        "0",
                        "0",
                        "0",
                        "0");
    }

    @Test
    void what_never_came_back_is_never_and_what_was_not_waited_for_is_empty() {
        var table = new Table<>(PrimaryStore.COLUMNS);
        table.add("hung", "peer", List.of(outcome(Double.POSITIVE_INFINITY, 0)));
        table.add(
                "replica-killed",
                "peer",
                List.of(new Outcome(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        OptionalDouble.empty(),
                        0)));

        assertThat(table.toString()).contains("|           never |").contains("|                 |");
    }

    @Test
    void a_target_of_time_is_held_in_the_median_and_a_target_of_none_in_every_round() {
        List<Outcome> outcomes = List.of(outcome(10, 0), outcome(20, 0), outcome(900, 1));

        assertThat(Verdict.of(Target.millis("killed", "first write", Outcome::firstWriteOrNever, 50), outcomes))
                .hasToString("held: killed, first write: 20 ms (at most 50 ms in the median)");
        assertThat(Verdict.of(Target.everyTime("hung", "longest call", Outcome::firstWriteOrNever, 50), outcomes))
                .hasToString("**missed**: hung, longest call: 900 ms (at most 50 ms in any round)");
        assertThat(Verdict.of(Target.none("stale", "writes lost", Outcome::lost), outcomes))
                .hasToString("**missed**: stale, writes lost: 1 (none allowed in any round)");
    }

    @Test
    void a_target_beside_a_peer_is_held_up_to_the_median_of_the_peer_in_the_same_run() {
        List<Outcome> peer = List.of(outcome(30, 0), outcome(50, 0), outcome(900, 0));
        Target<Outcome> target = Target.noLongerThan("hikari", "killed", "first write", Outcome::firstWriteOrNever);

        assertThat(Verdict.of(target, List.of(outcome(50, 0)), peer))
                .hasToString("held: killed, first write: 50 ms (at most that of hikari, 50 ms in the median)");
        assertThat(Verdict.of(target, List.of(outcome(60, 0)), peer).held()).isFalse();
    }

    @Test
    void the_report_takes_the_place_between_the_marks_and_leaves_the_rest() {
        Report report = new Report("postgres", "a machine", new Table<>(PrimaryStore.COLUMNS), List.of(), "words");

        String document = report.in(
                "before\n<!-- laboratory postgres -->\nof last time\n<!-- /laboratory -->\nafter\n", DOCUMENT);

        assertThat(document)
                .startsWith("before\n<!-- laboratory postgres -->\na machine\n")
                .endsWith("words\n<!-- /laboratory -->\nafter\n")
                .doesNotContain("of last time");
        assertThat(report.in(document, DOCUMENT)).isEqualTo(document);
    }

    @Test
    void a_document_without_the_marks_is_refused() {
        assertThatThrownBy(() -> new Report("postgres", "", new Table<>(PrimaryStore.COLUMNS), List.of(), "")
                        .in("text", DOCUMENT))
                .hasMessageContaining(
                        "benchmarks.md has no part between <!-- laboratory postgres --> and <!-- /laboratory -->");
    }

    private static Outcome outcome(double firstWrite, int lost) {
        return new Outcome(
                OptionalDouble.of(500),
                OptionalDouble.of(firstWrite),
                0,
                0,
                0,
                0,
                lost,
                0,
                0,
                0,
                0,
                0,
                OptionalDouble.empty(),
                0);
    }
}
