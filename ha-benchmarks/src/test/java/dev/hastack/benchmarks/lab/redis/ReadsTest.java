package dev.hastack.benchmarks.lab.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadsTest {

    @Test
    void counts_the_commands_that_clients_read_with_and_no_others() {
        String commandstats = """
                # Commandstats\r
                cmdstat_zadd:calls=900,usec=100,usec_per_call=0.11,rejected_calls=0,failed_calls=0\r
                cmdstat_zrevrange:calls=40,usec=100,usec_per_call=0.11,rejected_calls=0,failed_calls=0\r
                cmdstat_zrange:calls=2,usec=100,usec_per_call=0.11,rejected_calls=0,failed_calls=0\r
                """;

        assertThat(Reads.count(commandstats)).isEqualTo(42);
    }

    @Test
    void a_server_that_was_not_read_counts_nothing() {
        assertThat(Reads.count("# Commandstats\r\n")).isZero();
    }
}
