package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.topology.Role;
import dev.hastack.redis.Appointment.Meant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Histories are letters, processes are numbers. */
class LineageTest {
    private static final String NONE = "";
    private final Lineage lineage = new Lineage("cms");

    @Test
    void counts_a_promoted_replica_above_the_primary_whose_history_it_goes_on() {
        assertThat(primary("a", "R", NONE)).isEqualTo(1);
        assertThat(replica("b", "R", NONE)).isEqualTo(1);
        assertThat(primary("b", "S", "R")).isEqualTo(2);
        assertThat(primary("a", "R", NONE)).as("the old primary, back").isEqualTo(1);
    }

    @Test
    void comes_to_the_same_end_if_the_promoted_one_is_heard_first() {
        long promoted = first("b", "S", "R");
        long old = first("a", "R", NONE);
        assertThat(promoted).isGreaterThan(old);
    }

    @Test
    void counts_a_replica_that_already_follows_the_promoted_one_with_it() {
        primary("a", "R", NONE);
        assertThat(replica("c", "S", "R")).as("news by a replica").isEqualTo(2);
        assertThat(primary("b", "S", "R")).isEqualTo(2);
    }

    @Test
    void knows_no_epoch_for_a_replica_of_an_unknown_history_until_its_primary_is_heard() {
        primary("a", "R", NONE);
        replica("c", "R", NONE);
        assertThat(judge("c", "7", Role.REPLICA, "S", NONE, Appointment.NONE, true)
                        .epoch())
                .isEmpty();
        primary("b", "S", "R");
        assertThat(replica("c", "S", NONE)).isEqualTo(2);
    }

    @Test
    void takes_a_primary_of_a_strange_history_for_foreign() {
        primary("a", "R", NONE);
        Answer strange = judge("b", "9", Role.PRIMARY, "X", "Y", Appointment.NONE, true);
        assertThat(strange.identity()).contains("X");
        assertThat(strange.epoch()).isEmpty();
    }

    @Test
    void goes_on_with_a_primary_that_restarted_without_its_past() {
        primary("a", "R", NONE);
        assertThat(primary("a", "N", NONE)).isEqualTo(2);
    }

    @Test
    void keeps_an_old_primary_below_its_successor_however_often_it_restarts() {
        primary("a", "R", NONE);
        long successor = primary("b", "S", "R");
        assertThat(primary("a", "T", "R")).as("restarted with its past").isLessThan(successor);
        assertThat(primary("a", "U", "T")).as("restarted again").isLessThan(successor);
    }

    @Test
    void follows_the_last_primary_when_it_says_that_another_leads() {
        primary("a", "R", NONE);
        primary("b", "S", "R");
        // Somebody has changed his mind: b was made a replica of a again.
        assertThat(replica("b", "R", NONE)).isEqualTo(3);
        assertThat(primary("a", "R", NONE)).isEqualTo(3);
    }

    @Test
    void finds_the_primary_again_after_it_has_missed_a_whole_failover() {
        primary("a", "R", NONE);
        replica("c", "R", NONE);
        assertThat(primary("c", "T", "S"))
                .as("the same process, two failovers later")
                .isEqualTo(2);
    }

    @Test
    void has_the_word_of_sentinel_decide_between_two_successors() {
        assertThat(appointed("a", "R", NONE, 0)).isEqualTo(1);
        long first = primary("b", "S", "R");
        assertThat(primary("c", "T", "R")).as("a second successor").isLessThan(first);
        assertThat(said(1, "c")).hasValue(first + 1);
        assertThat(appointed("c", "T", "R", 1)).isGreaterThan(first);
    }

    @Test
    void does_not_take_sentinels_old_word_for_news() {
        appointed("a", "R", NONE, 0);
        long successor = primary("b", "S", "R");
        assertThat(appointed("a", "R", NONE, 0))
                .as("before Sentinel has heard of b")
                .isLessThan(successor);
        assertThat(said(1, "b")).as("b stands already").isEmpty();
    }

    @Test
    void takes_over_sentinels_count() {
        assertThat(appointed("a", "R", NONE, 7)).isEqualTo(7);
        assertThat(said(9, "b")).hasValue(9);
        assertThat(appointed("b", "S", "R", 9)).isEqualTo(9);
    }

    @Test
    void leaves_a_history_its_epoch_when_sentinels_word_for_its_primary_comes_after_the_first_answer() {
        assertThat(primary("a", "R", NONE)).isEqualTo(1);
        assertThat(said(10, "a")).isEmpty();
        assertThat(appointed("a", "R", NONE, 10)).as("a, again").isEqualTo(1);
        assertThat(replica("b", "R", NONE)).as("its replica").isEqualTo(1);

        assertThat(said(11, "b")).hasValue(11);
        assertThat(appointed("b", "S", "R", 11)).isEqualTo(11);
    }

    @Test
    void leaves_nobody_for_an_appointed_one_that_cannot_be_told_and_may_be_the_present_one() {
        assertThat(appointedSomebody(7)).as("nobody is known").isEmpty();
        primary("a", "R", NONE);
        assertThat(appointedSomebody(7)).as("the first that is known").isEmpty();
        assertThat(appointed("a", "R", NONE, 7)).isEqualTo(1);

        assertThat(primary("b", "S", "R")).isEqualTo(2);
        assertThat(appointedSomebody(9)).as("b has come since").isEmpty();
        assertThat(said(9, "c")).as("c is the one").hasValue(9);
    }

    @Test
    void leaves_whom_sentinel_meant_before_for_an_appointed_one_that_cannot_be_told() {
        assertThat(appointed("a", "R", NONE, 7)).isEqualTo(7);

        assertThat(appointedSomebody(12)).hasValue(12);
        assertThat(appointedSomebody(12)).as("said again").isEmpty();
        assertThat(primary("a", "N", NONE)).as("started anew").isLessThan(12);
        assertThat(primary("b", "S", "N")).as("goes on its history").isEqualTo(12);
        assertThat(said(12, "b")).as("b is the one").isEmpty();
    }

    @Test
    void leaves_whom_sentinel_meant_before_for_one_that_only_its_replica_tells_of() {
        assertThat(appointed("a", "R", NONE, 7)).isEqualTo(7);
        assertThat(appointedSomebody(12)).hasValue(12);
        assertThat(replica("c", "S", "R")).isEqualTo(12);
        assertThat(primary("b", "S", "R")).isEqualTo(12);
    }

    @Test
    void leaves_a_history_its_epoch_when_sentinel_appoints_its_primary_while_only_its_replicas_had_been_heard() {
        replica("b", "R", NONE);
        assertThat(said(7, "a")).isEmpty();
        assertThat(appointed("a", "R", NONE, 7)).isEqualTo(1);
        assertThat(replica("b", "R", NONE)).isEqualTo(1);
    }

    @Test
    void leaves_the_first_that_claims_to_be_primary_if_sentinel_has_appointed_another_before() {
        assertThat(said(7, "b")).as("nobody is known").isEmpty();
        assertThat(left("a", "R", 7, Meant.ANOTHER)).hasValue(7);
        assertThat(left("a", "R", 7, Meant.ANOTHER)).as("again").hasValue(7);
        assertThat(appointed("b", "S", "R", 7)).isEqualTo(7);
    }

    @Test
    void leaves_nobody_for_one_whose_appointment_was_followed_before() {
        appointed("a", "R", NONE, 7);
        primary("b", "S", "R");
        assertThat(left("b", "S", 7, Meant.ANOTHER)).isEmpty();
    }

    @Test
    void leaves_whom_sentinel_has_for_a_replica_for_whoever_goes_on_its_history() {
        assertThat(left("a", "R", 7, Meant.SOMEBODY_ELSE)).hasValue(7);
        assertThat(lineage.appointed(7, node -> node.equals("a") ? Meant.SOMEBODY_ELSE : Meant.UNTOLD))
                .hasValue(7);
        assertThat(primary("b", "S", "R")).isEqualTo(7);
        assertThat(lineage.appointed(7, node -> node.equals("a") ? Meant.SOMEBODY_ELSE : Meant.UNTOLD))
                .as("b is the one")
                .isEmpty();
    }

    private OptionalLong said(long count, String appointed) {
        return lineage.appointed(count, node -> node.equals(appointed) ? Meant.THIS : Meant.ANOTHER);
    }

    private OptionalLong appointedSomebody(long count) {
        return lineage.appointed(count, node -> Meant.UNTOLD);
    }

    private long first(String node, String replid, String before) {
        return judge(node, node, Role.PRIMARY, replid, before, Appointment.NONE, false)
                .epoch()
                .orElseThrow();
    }

    private long primary(String node, String replid, String before) {
        return judge(node, node, Role.PRIMARY, replid, before, Appointment.NONE, true)
                .epoch()
                .orElseGet(() -> first(node, replid, before));
    }

    private long replica(String node, String replid, String before) {
        return judge(node, node, Role.REPLICA, replid, before, Appointment.NONE, true)
                .epoch()
                .orElseGet(() -> judge(node, node, Role.REPLICA, replid, before, Appointment.NONE, false)
                        .epoch()
                        .orElseThrow());
    }

    private long appointed(String node, String replid, String before, long count) {
        return judge(node, node, Role.PRIMARY, replid, before, new Appointment(count, Meant.THIS), count > 0)
                .epoch()
                .orElseThrow();
    }

    private Answer judge(
            String node, String run, Role role, String replid, String before, Appointment word, boolean settled) {
        return judged(node, run, role, replid, before, word, settled).answer();
    }

    private OptionalLong left(String node, String replid, long count, Meant meant) {
        return judged(node, node, Role.PRIMARY, replid, NONE, new Appointment(count, meant), false)
                .reserved();
    }

    private Lineage.Judged judged(
            String node, String run, Role role, String replid, String before, Appointment word, boolean settled) {
        NodeInfo info = new NodeInfo(
                role,
                run,
                replid,
                Optional.of(before).filter(past -> !past.equals(NONE)),
                1,
                0,
                InTouch.NOBODY,
                true,
                Optional.empty(),
                true,
                "");
        return lineage.judge(node, info, () -> word, settled);
    }
}
