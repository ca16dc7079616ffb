package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.monitor.Answer;
import dev.hastack.core.topology.Role;
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
        assertThat(judge("c", "7", Role.REPLICA, "S", NONE, OptionalLong.empty(), true)
                        .epoch())
                .isEmpty();
        primary("b", "S", "R");
        assertThat(replica("c", "S", NONE)).isEqualTo(2);
    }

    @Test
    void takes_a_primary_of_a_strange_history_for_foreign() {
        primary("a", "R", NONE);
        Answer strange = judge("b", "9", Role.PRIMARY, "X", "Y", OptionalLong.empty(), true);
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
        assertThat(lineage.appointed(1, Optional.of("c"))).hasValue(first + 1);
        assertThat(appointed("c", "T", "R", 1)).isGreaterThan(first);
    }

    @Test
    void does_not_take_sentinels_old_word_for_news() {
        appointed("a", "R", NONE, 0);
        long successor = primary("b", "S", "R");
        assertThat(appointed("a", "R", NONE, 0))
                .as("before Sentinel has heard of b")
                .isLessThan(successor);
        assertThat(lineage.appointed(1, Optional.of("b")))
                .as("b stands already")
                .isEmpty();
    }

    @Test
    void takes_over_sentinels_count() {
        assertThat(appointed("a", "R", NONE, 7)).isEqualTo(7);
        assertThat(lineage.appointed(9, Optional.of("b"))).hasValue(9);
        assertThat(appointed("b", "S", "R", 9)).isEqualTo(9);
    }

    private long first(String node, String replid, String before) {
        return judge(node, node, Role.PRIMARY, replid, before, OptionalLong.empty(), false)
                .epoch()
                .orElseThrow();
    }

    private long primary(String node, String replid, String before) {
        return judge(node, node, Role.PRIMARY, replid, before, OptionalLong.empty(), true)
                .epoch()
                .orElseGet(() -> first(node, replid, before));
    }

    private long replica(String node, String replid, String before) {
        return judge(node, node, Role.REPLICA, replid, before, OptionalLong.empty(), true)
                .epoch()
                .orElseGet(() -> judge(node, node, Role.REPLICA, replid, before, OptionalLong.empty(), false)
                        .epoch()
                        .orElseThrow());
    }

    @Test
    void gives_an_appointed_primary_what_was_reserved_when_only_its_replicas_had_been_heard() {
        replica("b", "R", NONE);
        assertThat(lineage.appointed(0, Optional.of("a"))).hasValue(2);
        assertThat(appointed("a", "R", NONE, 0)).isEqualTo(2);
        assertThat(replica("b", "R", NONE)).isEqualTo(2);
    }

    private long appointed(String node, String replid, String before, long count) {
        return judge(node, node, Role.PRIMARY, replid, before, OptionalLong.of(count), count > 0)
                .epoch()
                .orElseThrow();
    }

    private Answer judge(
            String node, String run, Role role, String replid, String before, OptionalLong count, boolean settled) {
        NodeInfo info = new NodeInfo(
                role, run, replid, Optional.of(before).filter(past -> !past.equals(NONE)), 1, 0, true, true);
        return lineage.judge(node, info, count, settled);
    }
}
