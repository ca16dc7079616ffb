package dev.hastack.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {

    @Test
    void the_median_of_an_odd_number_is_the_one_in_the_middle() {
        assertThat(Series.of(List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2.0);
    }

    @Test
    void the_median_of_an_even_number_is_half_way_between_the_two_in_the_middle() {
        assertThat(Series.of(List.of(9.0, 1.0, 2.0, 4.0)).median()).isEqualTo(3.0);
    }

    @Test
    void what_never_happened_is_the_worst() {
        Series series = Series.of(List.of(3.0, Double.POSITIVE_INFINITY, 1.0));

        assertThat(series.least()).isEqualTo(1.0);
        assertThat(series.median()).isEqualTo(3.0);
        assertThat(series.greatest()).isInfinite();
    }

    @Test
    void nothing_has_no_median() {
        assertThatThrownBy(() -> Series.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
