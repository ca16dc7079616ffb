package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ResultTest {

    @Test
    void a_scene_without_loss_or_failure_kept_its_promise() {
        assertThat(result(Scene.STEADY, 0, 0, 1_000, List.of(), OptionalInt.empty())
                        .broken())
                .isEmpty();
    }

    @Test
    void one_lost_article_breaks_the_promise_of_any_scene() {
        for (Scene scene : Scene.values()) {
            assertThat(result(scene, 0, 0, 5_000, List.of("/publications/noun-food/articles/n-1"), OptionalInt.of(9))
                            .broken())
                    .singleElement()
                    .asString()
                    .contains("lost 1", "n-1");
        }
    }

    @Test
    void one_failed_read_breaks_the_promise_of_any_scene() {
        for (Scene scene : Scene.values()) {
            assertThat(result(scene, 0, 1, 5_000, List.of(), OptionalInt.of(9)).broken())
                    .containsExactly("1 read(s) failed: GET /a: 503");
        }
    }

    @Test
    void writes_must_resume_after_a_promotion() {
        assertThat(result(Scene.PRIMARY_KILLED, 8, 0, 5_000, List.of(), OptionalInt.of(0))
                        .broken())
                .containsExactly("writes did not resume after the promotion");
    }

    @Test
    void failed_writes_are_forgiven_where_the_primary_goes() {
        for (Scene scene : Scene.values()) {
            assertThat(result(scene, 8, 0, 5_000, List.of(), OptionalInt.of(9)).kept())
                    .isNotEqualTo(scene.sparesPrimary());
        }
    }

    @Test
    void one_article_that_an_old_primary_took_unknown_to_its_client_breaks_the_promise() {
        assertThat(result(0, List.of("/publications/noun-food/articles/n-1")).broken())
                .singleElement()
                .asString()
                .contains("an old primary took 1 article(s)", "n-1");
    }

    @Test
    void one_promised_publication_that_did_not_happen_breaks_the_promise() {
        assertThat(published(List.of("/publications/noun-food/articles/n-1"), List.of())
                        .broken())
                .singleElement()
                .asString()
                .contains("1 article(s) whose publication was acknowledged are not published", "n-1");
    }

    @Test
    void one_published_article_without_a_route_breaks_the_promise() {
        assertThat(published(List.of(), List.of("/noun-food/bread-n-1")).broken())
                .containsExactly("1 published article(s) without a route: /noun-food/bread-n-1");
    }

    @Test
    void one_published_article_that_its_search_index_does_not_have_breaks_the_promise() {
        assertThat(searched(0, List.of("/publications/noun-food/articles/n-1")).broken())
                .singleElement()
                .asString()
                .contains("1 published article(s) that cannot be searched", "n-1");
    }

    @Test
    void one_failed_search_breaks_the_promise() {
        assertThat(searched(1, List.of()).broken()).containsExactly("1 search(es) failed: GET /a: 503");
    }

    @Test
    void a_reader_must_not_get_what_was_superseded_for_longer_than_the_lag_that_is_allowed() {
        long delay = 5; // of this machine, in every result here
        long allowed = Platform.MAX_LAG.plus(Platform.LATENESS).toMillis() + delay;

        assertThat(result(allowed, List.of()).kept()).isTrue();
        assertThat(result(allowed + 1, List.of()).broken())
                .singleElement()
                .asString()
                .contains(allowed + 1 + " ms");
    }

    @Test
    void one_false_alarm_breaks_the_promise() {
        Result good = result(Scene.STEADY, 0, 0, 1_000, List.of(), OptionalInt.empty());

        assertThat(with(good, good.searchFailures(), good.unfound(), List.of("editor-1: main is down"), good.held())
                        .broken())
                .containsExactly("1 false alarm(s): editor-1: main is down");
    }

    @Test
    void too_few_articles_prove_nothing_and_break_nothing() {
        Result slow = result(Scene.STEADY, 0, 0, 999, List.of(), OptionalInt.empty());

        assertThat(slow.broken()).isEmpty();
        assertThat(slow.verdict()).isEqualTo(Verdict.TOO_LITTLE);
        assertThat(slow.judgement())
                .isEqualTo("too little to judge: only 999 articles were acknowledged, and 1000 are wanted");
    }

    @Test
    void what_was_lost_breaks_the_promise_of_a_scene_that_shows_too_little_as_well() {
        assertThat(result(Scene.STEADY, 0, 0, 999, List.of("/a"), OptionalInt.empty())
                        .verdict())
                .isEqualTo(Verdict.BROKEN);
    }

    @Test
    void a_scene_that_could_not_be_played_shows_too_little() {
        Result unplayed = Result.unknown(Scene.SEARCH_NODE_KILLED, "es-1 did not come back");

        assertThat(unplayed.verdict()).isEqualTo(Verdict.TOO_LITTLE);
        assertThat(ResultLines.of(unplayed)).containsExactly("  promise  too little to judge: es-1 did not come back");
    }

    @Test
    void callers_that_were_held_for_longer_than_servers_and_machine_explain_break_the_promise() {
        assertThat(held(2_500, 1_000, 1_500).verdict()).isEqualTo(Verdict.KEPT);
        assertThat(held(2_501, 1_000, 1_500).broken())
                .containsExactly("publishing stood still for 2501 ms, 1501 ms longer than the servers were away;"
                        + " this machine's delays explain 1500 ms");
    }

    @Test
    void only_a_broken_promise_has_an_exit_code_unless_proof_is_asked_for() {
        Result kept = result(Scene.STEADY, 0, 0, 1_000, List.of(), OptionalInt.empty());
        Result little = Result.unknown(Scene.SWITCHOVER, "main did not come back");
        Result broken = result(Scene.STEADY, 0, 1, 1_000, List.of(), OptionalInt.empty());

        assertThat(DemoProgram.exitCode(List.of(kept, kept), true)).isZero();
        assertThat(DemoProgram.exitCode(List.of(kept, little), false)).isZero();
        assertThat(DemoProgram.exitCode(List.of(kept, little), true)).isEqualTo(3);
        assertThat(DemoProgram.exitCode(List.of(little, broken), true)).isEqualTo(1);
        assertThat(DemoProgram.summary(List.of(kept))).isEqualTo("Every scene kept its promise");
        assertThat(DemoProgram.summary(List.of(kept, little)))
                .isEqualTo("No promise was broken, and too little was seen to judge switchover");
        assertThat(DemoProgram.summary(List.of(little, broken))).startsWith("A PROMISE WAS BROKEN");
    }

    @Test
    void the_table_is_aligned_and_the_json_says_the_same() {
        List<Result> results = List.of(
                result(Scene.STEADY, 0, 0, 1_000, List.of(), OptionalInt.empty()),
                result(Scene.PRIMARY_KILLED, 8, 0, 5_000, List.of("x"), OptionalInt.of(9)));

        assertThat(ResultTable.text(results).lines().toList())
                .containsExactly(
                        "  scene           requests  failures  acknowledged  lost  published  no route  not found  writes silent  publishing silent  reads silent  searches silent  jobs silent  oldest read  promise",
                        "  steady             20000         0          1000     0        900         0          0         560 ms             570 ms         12 ms            22 ms        32 ms        40 ms  kept",
                        "  primary-killed     20000         8          5000     1        900         0          0         560 ms             570 ms         12 ms            22 ms        32 ms        40 ms  BROKEN");
        assertThat(JsonParser.parseString(ResultTable.json(results))).isEqualTo(JsonParser.parseString("""
                        [{"scene": "steady", "requests": 20000, "failures": 0, "acknowledged": 1000, "lost": 0,
                          "published": 900, "unpublished": 0, "unrouted": 0, "unfound": 0, "strays": 0, "writeSilenceMs": 560,
                          "publishSilenceMs": 570, "readSilenceMs": 12, "searchSilenceMs": 22, "jobSilenceMs": 32,
                          "oldestReadMs": 40, "falseAlarms": 0, "held": [], "delayMs": 5, "kept": true, "verdict": "kept"},
                         {"scene": "primary-killed", "requests": 20000, "failures": 8, "acknowledged": 5000, "lost": 1,
                          "published": 900, "unpublished": 0, "unrouted": 0, "unfound": 0, "strays": 0, "writeSilenceMs": 560,
                          "publishSilenceMs": 570, "readSilenceMs": 12, "searchSilenceMs": 22, "jobSilenceMs": 32,
                          "oldestReadMs": 40, "falseAlarms": 0, "held": [], "delayMs": 5, "kept": false,
                          "verdict": "BROKEN: lost 1 acknowledged article(s): x"}]"""));
    }

    private static Result result(
            Scene scene, int writeFailures, int readFailures, int acknowledged, List<String> lost, OptionalInt after) {
        return result(
                scene, writeFailures, readFailures, acknowledged, lost, List.of(), List.of(), List.of(), 40, after);
    }

    private static List<String> failures(int count) {
        return Collections.nCopies(count, "GET /a: 503");
    }

    private static Result published(List<String> unpublished, List<String> unrouted) {
        return result(
                Scene.REDIS_PRIMARY_KILLED,
                0,
                0,
                5_000,
                List.of(),
                List.of(),
                unpublished,
                unrouted,
                40,
                OptionalInt.of(9));
    }

    private static Result searched(int failures, List<String> unfound) {
        Result good = result(40, List.of());
        return with(good, failures(failures), unfound, good.falseAlarms(), good.held());
    }

    private static Result held(long silence, long away, long allowed) {
        Result good = result(40, List.of());
        Held held = new Held(
                Kind.PUBLISHING, Duration.ofMillis(silence), Duration.ofMillis(away), Duration.ofMillis(allowed));
        return with(good, good.searchFailures(), good.unfound(), good.falseAlarms(), List.of(held));
    }

    private static Result with(
            Result good, List<String> searchFailures, List<String> unfound, List<String> falseAlarms, List<Held> held) {
        return new Result(
                good.scene(),
                good.requests(),
                good.writeFailures(),
                good.readFailures(),
                searchFailures,
                good.acknowledged(),
                good.wanted(),
                good.lost(),
                good.strays(),
                good.promised(),
                good.unpublished(),
                good.unrouted(),
                unfound,
                good.silences(),
                good.oldestRead(),
                good.writesAfterFault(),
                falseAlarms,
                held,
                good.delay(),
                good.missing());
    }

    private static Result result(long oldestReadMillis, List<String> strays) {
        return result(
                Scene.OLD_PRIMARY_RETURNS,
                0,
                0,
                5_000,
                List.of(),
                strays,
                List.of(),
                List.of(),
                oldestReadMillis,
                OptionalInt.of(9));
    }

    private static Result result(
            Scene scene,
            int writeFailures,
            int readFailures,
            int acknowledged,
            List<String> lost,
            List<String> strays,
            List<String> unpublished,
            List<String> unrouted,
            long oldestReadMillis,
            OptionalInt after) {
        return new Result(
                scene,
                20_000,
                failures(writeFailures),
                failures(readFailures),
                List.of(),
                acknowledged,
                1_000,
                lost,
                strays,
                900 + unpublished.size(),
                unpublished,
                unrouted,
                List.of(),
                new Silences(
                        Duration.ofMillis(560),
                        Duration.ofMillis(570),
                        Duration.ofMillis(12),
                        Duration.ofMillis(22),
                        Duration.ofMillis(32)),
                Duration.ofMillis(oldestReadMillis),
                after,
                List.of(),
                List.of(),
                Duration.ofMillis(5),
                List.of());
    }
}
