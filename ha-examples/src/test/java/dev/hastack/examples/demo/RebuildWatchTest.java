package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RebuildWatchTest {

    @Test
    void a_bar_shows_what_is_done_and_how_long_the_rest_takes() {
        assertThat(new RebuildWatch.Progress("COPYING", 500, 1_500, 250, 4_000L, "the source").bar())
                .isEqualTo(
                        "[##########....................] copying 500 of 1500 articles, 250 a second, 4.0 s left; waits for the source");
    }

    @Test
    void a_bar_is_empty_before_the_number_is_known_and_full_at_the_end() {
        assertThat(new RebuildWatch.Progress("CLAIMING", 0, 0, 0, null, "").bar())
                .startsWith("[..............................] claiming 0 of 0");
        assertThat(new RebuildWatch.Progress("DONE", 1_500, 1_500, 250, 0L, "").bar())
                .isEqualTo("[##############################] done 1500 of 1500 articles, 250 a second");
    }
}
