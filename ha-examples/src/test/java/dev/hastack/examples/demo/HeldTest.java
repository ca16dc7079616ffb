package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeldTest {

    /** The clock may be negative, and become positive meanwhile. */
    private static final long BEGIN = -millis(6_000);

    private final AtomicLong clock = new AtomicLong(BEGIN);
    private final Absences absences = new Absences(clock::get);
    private final Delays delays = new Delays();

    @Test
    void publishing_that_stands_still_long_after_a_failover_is_held_too_long() {
        away(Kind.OF_REDIS, 1_000, 4_000);

        Held held = worst(Kind.PUBLISHING, span(1_000, 11_700));

        assertThat(held.isTooLong()).isTrue();
        assertThat(held.away()).isEqualTo(Duration.ofSeconds(3));
        assertThat(held.complaint()).contains("publishing stood still for 10700 ms", "7700 ms longer");
    }

    @Test
    void nobody_is_held_too_long_where_only_the_servers_were_away() {
        away(Kind.OF_REDIS, 1_000, 11_000);

        assertThat(worst(Kind.PUBLISHING, span(950, 11_700)).isTooLong()).isFalse();
    }

    @Test
    void servers_that_are_away_still_explain_a_silence_that_lasts_until_now() {
        clock.set(at(1_000));
        absences.began(Kind.OF_POSTGRES);
        clock.set(at(9_000));

        assertThat(worst(Kind.WRITES, span(1_000, 9_000)).beyond()).isZero();
        assertThat(absences.lasts(Kind.WRITES)).isTrue();
    }

    @Test
    void the_absence_of_one_store_explains_no_silence_of_those_that_do_not_need_it() {
        away(Kind.OF_REDIS, 0, 10_000);

        assertThat(worst(Kind.WRITES, span(0, 10_000)).isTooLong()).isTrue();
        assertThat(worst(Kind.READS, span(0, 10_000)).isTooLong()).isTrue();
        assertThat(worst(Kind.SEARCHES, span(0, 10_000)).isTooLong()).isTrue();
    }

    @Test
    void what_several_absences_cover_together_counts_once() {
        away(EnumSet.of(Kind.JOBS), 1_000, 3_000);
        away(EnumSet.of(Kind.JOBS), 2_000, 4_000);
        away(EnumSet.of(Kind.JOBS), 2_500, 2_600);

        assertThat(worst(Kind.JOBS, span(0, 10_000)).away()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void a_machine_that_wakes_its_threads_late_explains_more() {
        Span silence = span(1_000, 4_000);
        assertThat(worst(Kind.READS, silence).isTooLong()).isTrue();

        delays.woke(span(1_500, 1_700), 1);

        Held held = worst(Kind.READS, silence);
        assertThat(held.allowed()).isEqualTo(Kind.READS.bound().plusMillis(200 + 10 * 200));
        assertThat(held.isTooLong()).isFalse();
    }

    @Test
    void a_machine_that_many_threads_share_explains_more() {
        Span silence = span(1_000, 4_000);
        delays.woke(span(1_500, 1_500), 8);
        delays.woke(span(2_500, 2_500), 10);

        assertThat(worst(Kind.READS, silence).allowed())
                .isEqualTo(Kind.READS.bound().multipliedBy(3));
    }

    @Test
    void delays_at_another_time_explain_nothing() {
        delays.woke(span(20_000, 25_000), 50);

        assertThat(worst(Kind.READS, span(1_000, 4_000)).allowed()).isEqualTo(Kind.READS.bound());
        assertThat(delays.worst()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void the_worst_is_not_the_longest_but_the_one_that_is_explained_least() {
        away(Kind.OF_POSTGRES, 1_000, 9_000);

        Held worst = Held.worst(Kind.WRITES, List.of(span(1_000, 9_100), span(10_000, 12_000)), absences, delays)
                .orElseThrow();

        assertThat(worst.silence()).isEqualTo(Duration.ofSeconds(2));
    }

    private Held worst(Kind kind, Span silence) {
        return Held.worst(kind, List.of(silence), absences, delays).orElseThrow();
    }

    private void away(Set<Kind> kinds, long from, long to) {
        clock.set(at(from));
        absences.began(kinds);
        clock.set(at(to));
        absences.ended(kinds);
    }

    private static Span span(long from, long to) {
        return new Span(at(from), at(to));
    }

    private static long at(long millis) {
        return BEGIN + millis(millis);
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
