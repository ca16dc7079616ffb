package dev.hastack.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.benchmarks.lab.round.Recording;
import dev.hastack.benchmarks.lab.round.Recording.Acknowledged;
import dev.hastack.benchmarks.lab.round.Recording.Failed;
import dev.hastack.benchmarks.lab.round.Recording.Read;
import dev.hastack.benchmarks.lab.round.Servers.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final List<Failed> failed = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();

    @Test
    void what_is_as_promised_is_no_violation() {
        acknowledged.add(new Acknowledged(1, at(10)));
        failed.add(new Failed(2, 0, true, "sorry"));
        failed.add(new Failed(3, 0, true, "sorry"));
        failed.add(new Failed(4, 0, false, "sorry"));
        reads.add(new Read(0, at(2010), at(2500)));

        assertThat(violations(Set.of(1L, 2L), Set.of(3L))).isEmpty();
    }

    @Test
    void an_acknowledged_write_that_the_primary_has_not_is_one() {
        acknowledged.add(new Acknowledged(1, at(10)));
        acknowledged.add(new Acknowledged(2, at(11)));

        assertThat(violations(Set.of(), Set.of(1L)))
                .containsExactly("acknowledged, but not on the primary: 2 writes, the first 1");
    }

    @Test
    void a_row_of_a_superseded_primary_whose_caller_was_told_of_no_commit_is_one() {
        failed.add(new Failed(7, 0, false, "sorry"));

        assertThat(violations(Set.of(), Set.of(7L)))
                .containsExactly(
                        "on a superseded primary only, and told to be committed nowhere: 1 writes, one is 7: sorry");
    }

    @Test
    void a_row_of_the_primary_whose_caller_was_told_of_no_commit_is_one() {
        failed.add(new Failed(7, 0, false, "sorry"));

        assertThat(violations(Set.of(7L), Set.of()))
                .containsExactly("told to be committed nowhere, but on the primary: 1 writes, one is 7: sorry");
    }

    @Test
    void a_read_older_than_allowed_when_it_was_asked_for_is_one() {
        acknowledged.add(new Acknowledged(5, at(100)));
        acknowledged.add(new Acknowledged(6, at(90)));
        reads.add(new Read(5, at(2091), at(2091)));
        reads.add(new Read(4, at(2089), at(9000)));
        reads.add(new Read(6, at(9000), at(9000)));

        assertThat(violations(Set.of(5L, 6L), Set.of()))
                .containsExactly("older than 2000 ms: 1 reads from 2.1 to 2.1 s, the oldest by 1.0 ms");
    }

    private List<String> violations(Set<Long> primary, Set<Long> onlyStale) {
        Recording recording = new Recording(acknowledged, failed, reads, 0, 0, at(10_000));
        return Verdict.of(recording, new Stored(primary, onlyStale), Duration.ofSeconds(2), at(0))
                .violations();
    }

    /** Near the end of the range, as a nanoTime may be: sums must survive the overflow. */
    private static long at(long millis) {
        return Long.MAX_VALUE - 1_500_000_000L + TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
