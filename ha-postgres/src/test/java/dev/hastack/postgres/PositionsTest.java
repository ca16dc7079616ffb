package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PositionsTest {

    @Test
    void a_position_within_a_page_is_where_the_last_record_ends() {
        assertThat(Positions.written(0x3000148L)).isEqualTo(0x3000148L);
    }

    @Test
    void a_position_behind_a_page_header_stands_for_the_end_of_the_page_before() {
        assertThat(Positions.written(0x3002018L)).isEqualTo(0x3002000L);
    }

    @Test
    void a_position_behind_a_segment_header_stands_for_the_end_of_the_segment_before() {
        assertThat(Positions.written(0x4000028L)).isEqualTo(0x4000000L);
    }
}
