package dev.hastack.benchmarks.lab.round;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.benchmarks.lab.round.Recording.Acknowledged;
import dev.hastack.benchmarks.lab.round.Recording.Failed;
import dev.hastack.benchmarks.lab.round.Recording.Read;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    /** Near the end of the range, as a nanoTime may be: sums must survive the overflow. */
    private static final long ORIGIN = Long.MAX_VALUE - 1_500_000_000L;

    private static final long STRUCK = at(1000);
    private static final long WRITABLE = at(1600);

    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private Set<Long> before = Set.of();
    private Set<Long> missing = Set.of();
    private Set<Long> onlyStale = Set.of();
    private boolean overwritten;
    private OptionalLong writable = OptionalLong.of(WRITABLE);
    private OptionalLong followed = OptionalLong.empty();
    private long until = at(1700);

    @Test
    void the_first_write_counts_from_when_the_server_accepts_writes() {
        acknowledge(990, 1610, 1605, 1700);

        assertThat(outcome().firstWrite()).hasValue(5.0);
    }

    @Test
    void a_write_that_the_old_primary_still_acknowledged_is_not_the_first_write() {
        acknowledge(990, 1300, 1620);

        assertThat(outcome().firstWrite()).hasValue(20.0);
    }

    @Test
    void a_write_that_the_new_primary_does_not_have_is_lost_and_not_the_first_write() {
        acknowledge(990, 1610, 1650);
        missing = Set.of(2L);

        assertThat(outcome().firstWrite()).hasValue(50.0);
        assertThat(outcome().lost()).isEqualTo(1);
    }

    @Test
    void a_write_that_the_new_primary_had_before_its_promotion_is_not_the_first_write() {
        acknowledge(990, 1610, 1650);
        before = Set.of(1L, 2L);

        assertThat(outcome().firstWrite()).hasValue(50.0);
    }

    @Test
    void the_first_write_with_a_replica_counts_from_when_one_is_in_touch() {
        acknowledge(990, 1610, 2040);
        followed = OptionalLong.of(at(2000));

        assertThat(outcome().firstWrite()).hasValue(10.0);
        assertThat(outcome().firstFollowed()).hasValue(40.0);
    }

    @Test
    void a_write_that_was_called_before_the_promotion_does_not_count_as_failed_later() {
        acknowledge(990);
        failed.add(new Failed(2, at(1599), true, ""));
        failed.add(new Failed(3, at(1601), true, ""));

        assertThat(outcome().failedWrites()).isEqualTo(2);
        assertThat(outcome().failedLater()).isEqualTo(1);
    }

    @Test
    void without_a_promotion_there_is_no_first_write() {
        acknowledge(990, 1610);
        writable = OptionalLong.empty();

        assertThat(outcome().firstWrite()).isEmpty();
        assertThat(outcome().recovered()).isTrue();
        assertThat(outcome().writeSilence()).isEqualTo(620.0);
    }

    @Test
    void the_silence_begins_with_the_last_write_before_the_fault() {
        acknowledge(100, 980, 1610, 1640);

        assertThat(outcome().writeSilence()).isEqualTo(630.0);
    }

    @Test
    void a_longer_silence_before_the_fault_does_not_count() {
        acknowledge(1, 990, 1610, 1640);

        assertThat(outcome().writeSilence()).isEqualTo(620.0);
    }

    @Test
    void a_longer_silence_after_the_first_write_counts() {
        acknowledge(990, 1610, 5610, 5620);
        until = at(5700);

        assertThat(outcome().writeSilence()).isEqualTo(4000.0);
    }

    @Test
    void a_silence_that_lasts_to_the_end_counts() {
        read(0, 990, 1010);
        until = at(3010);

        assertThat(outcome().readSilence()).isEqualTo(2000.0);
    }

    @Test
    void writes_that_never_come_back_are_silent_for_ever() {
        acknowledge(500, 1001);

        assertThat(outcome().firstWrite()).hasValue(Double.POSITIVE_INFINITY);
        assertThat(outcome().writeSilence()).isInfinite();
        assertThat(outcome().recovered()).isFalse();
        assertThat(outcome()).asString().contains("first write never ms later");
    }

    @Test
    void rows_of_a_stale_primary_are_untold_unless_their_callers_heard_that_nobody_knows() {
        acknowledge(990, 1200);
        failed.add(new Failed(3, at(1500), false, ""));
        failed.add(new Failed(4, at(1500), true, ""));
        onlyStale = Set.of(2L, 3L, 4L, 5L);

        assertThat(outcome().onlyStale()).isEqualTo(4);
        assertThat(outcome().untold())
                .as("2 was acknowledged, 3 refused, 4 told, 5 is under way")
                .isEqualTo(2);
    }

    @Test
    void callers_are_misled_by_what_the_old_primary_acknowledges_after_the_promotion_or_refuses_and_has() {
        acknowledge(990, 1200, 1650);
        failed.add(new Failed(4, at(1500), false, ""));
        failed.add(new Failed(5, at(1500), true, ""));
        missing = Set.of(2L, 3L);
        onlyStale = Set.of(2L, 3L, 4L, 5L);

        assertThat(outcome().lost()).isEqualTo(2);
        assertThat(outcome().misled()).as("3 came too late, 4 was refused").isEqualTo(2);
    }

    @Test
    void of_rows_that_were_overwritten_those_that_were_acknowledged_are_known() {
        acknowledge(990, 1200);
        failed.add(new Failed(3, at(1500), false, ""));
        missing = Set.of(2L);
        overwritten = true;

        assertThat(outcome().onlyStale()).isEqualTo(1);
        assertThat(outcome().untold()).isEqualTo(1);
    }

    @Test
    void a_read_is_as_stale_as_the_oldest_acknowledged_write_that_it_does_not_show() {
        acknowledged.add(new Acknowledged(1, at(900)));
        acknowledged.add(new Acknowledged(3, at(1100)));
        acknowledged.add(new Acknowledged(2, at(1150)));
        read(1, 1200);

        assertThat(outcome().stalest()).isEqualTo(100.0);
    }

    @Test
    void a_read_is_not_stale_if_it_shows_all_that_was_acknowledged_by_then() {
        acknowledge(900, 1500);
        read(1, 1200);
        read(2, 1600);

        assertThat(outcome().stalest()).isZero();
    }

    @Test
    void a_stale_read_before_the_fault_does_not_count() {
        acknowledge(500, 1050);
        read(0, 900);

        assertThat(outcome().stalest()).isZero();
    }

    private void acknowledge(int... millis) {
        for (int when : millis) {
            acknowledged.add(new Acknowledged(acknowledged.size() + 1L, at(when)));
        }
    }

    private void read(long shown, int... millis) {
        for (int when : millis) {
            reads.add(new Read(shown, at(when), at(when)));
        }
    }

    private Outcome outcome() {
        Set<Long> primary = acknowledged.stream().map(Acknowledged::id).collect(Collectors.toCollection(HashSet::new));
        primary.removeAll(missing);
        return Outcome.of(
                new Fault.Moments(STRUCK, writable, before, followed),
                new Recording(acknowledged, failed, reads, 0, 0, until),
                new Servers.Stored(primary, onlyStale, overwritten));
    }

    private static long at(int millis) {
        return ORIGIN + millis * 1_000_000L;
    }
}
