package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FollowersTest {
    private static final Instant MISSED = Instant.parse("2026-01-01T00:00:10Z");
    private static final Instant LEFT = MISSED.plus(Followers.LEFT_AFTER);

    private final Followers both = Followers.NONE.naming(Set.of("a", "b"), MISSED.minusSeconds(5));
    private final Followers one = both.naming(Set.of("b"), MISSED);

    @Test
    void one_that_is_no_longer_named_counts_while_it_may_have_been_promoted() {
        assertThat(both.count(2)).isEqualTo(2);
        assertThat(one.count(2)).isEqualTo(2);
        assertThat(one.withoutThoseThatLeft(LEFT.minusNanos(1)).count(2))
                .as("the earliest probe is not late enough")
                .isEqualTo(2);
        assertThat(one.withoutThoseThatLeft(Instant.MIN).count(2))
                .as("one has never answered")
                .isEqualTo(2);
    }

    @Test
    void one_that_is_a_replica_still_two_seconds_later_counts_no_longer() {
        Followers left = one.withoutThoseThatLeft(LEFT);
        assertThat(left.count(2)).isEqualTo(1);
        assertThat(left.naming(Set.of("b"), LEFT).count(2)).isEqualTo(1);
    }

    @Test
    void one_that_is_missed_is_so_since_it_was_missed_first() {
        assertThat(one.naming(Set.of("b"), LEFT).withoutThoseThatLeft(LEFT).count(2))
                .isEqualTo(1);
    }

    @Test
    void one_that_is_named_again_counts_and_has_its_time_anew_when_it_is_missed_again() {
        Followers again = one.withoutThoseThatLeft(LEFT).naming(Set.of("a", "b"), LEFT);
        assertThat(again.count(2)).isEqualTo(2);
        assertThat(again.naming(Set.of("a"), LEFT.plusSeconds(1))
                        .withoutThoseThatLeft(LEFT.plusSeconds(2))
                        .count(2))
                .isEqualTo(2);
    }

    @Test
    void no_more_count_than_are_replicas_or_than_are_named() {
        assertThat(one.count(1)).as("the other is down").isEqualTo(1);
        assertThat(one.count(0)).as("nobody else knows it").isEqualTo(1);
        assertThat(Followers.NONE.count(2)).isZero();
    }

    @Test
    void several_behind_one_address_are_told_apart() {
        InTouch two = InTouch.of("""
                master_repl_offset:5
                slave0:ip=172.17.0.1,port=6379,state=online,offset=5,lag=0
                slave1:ip=172.17.0.1,port=6379,state=online,offset=5,lag=1
                """);
        assertThat(two.names()).hasSize(2);
    }
}
