package dev.hastack.core.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingTest {
    @Test
    void keeps_the_newest_half_whole_and_thins_the_older() {
        List<Sample> ring = filled(Ring.CAPACITY);
        assertThat(ring).hasSize(Ring.CAPACITY);

        List<Sample> thinned = Ring.append(ring, sample(Ring.CAPACITY));

        assertThat(thinned).hasSizeBetween(Ring.CAPACITY / 2, Ring.CAPACITY * 4 / 5);
        assertThat(thinned).startsWith(sample(0), sample(2), sample(4));
        assertThat(thinned.subList(thinned.size() - Ring.CAPACITY / 2, thinned.size()))
                .first()
                .isEqualTo(sample(Ring.CAPACITY / 2 + 1));
        assertThat(thinned).endsWith(sample(Ring.CAPACITY));
    }

    @Test
    void stays_in_order_within_its_capacity_and_remembers_the_beginning() {
        List<Sample> ring = filled(100_000);

        assertThat(ring).hasSizeLessThanOrEqualTo(Ring.CAPACITY).contains(sample(0), sample(99_999));
        List<Sample> sorted = new ArrayList<>(ring);
        sorted.sort(Comparator.comparing(Sample::at));
        assertThat(ring).isEqualTo(sorted);
    }

    @Test
    void is_the_same_ring_when_a_sample_says_nothing_new() {
        List<Sample> ring = filled(3);

        assertThat(Ring.append(ring, sample(2))).isSameAs(ring);
        assertThat(Ring.append(ring, new Sample(Instant.ofEpochSecond(1), 5000, Instant.ofEpochSecond(1))))
                .isSameAs(ring);
    }

    @Test
    void remembers_since_when_an_idle_primary_is_where_it_is() {
        Instant first = Instant.ofEpochSecond(2);
        List<Sample> ring = filled(3);

        for (int i = 3; i < 100; i++) {
            ring = Ring.append(ring, new Sample(Instant.ofEpochSecond(i), 20, Instant.ofEpochSecond(i)));
        }

        assertThat(ring).containsExactly(sample(0), sample(1), new Sample(Instant.ofEpochSecond(99), 20, first));
    }

    private static List<Sample> filled(int count) {
        List<Sample> ring = List.of();
        for (int i = 0; i < count; i++) {
            ring = Ring.append(ring, sample(i));
        }
        return ring;
    }

    private static Sample sample(int i) {
        return new Sample(Instant.ofEpochSecond(i), 10L * i, Instant.ofEpochSecond(i));
    }
}
