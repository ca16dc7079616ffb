package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CommandTimeoutsTest {
    private final CommandTimeouts timeouts = new CommandTimeouts(Duration.ofSeconds(1));

    @Test
    void gives_a_blocking_command_its_own_time_on_top() {
        assertThat(of(CommandType.GET, "k")).isEqualTo(1_000);
        assertThat(of(CommandType.BLPOP, "k", "2.5")).isEqualTo(3_500);
        assertThat(of(CommandType.BZMPOP, "3", "1", "k", "MIN")).isEqualTo(4_000);
        assertThat(of(CommandType.WAIT, "1", "250")).isEqualTo(1_250);
        assertThat(of(CommandType.XREADGROUP, "GROUP", "g", "c", "BLOCK", "5000", "STREAMS", "s", ">"))
                .isEqualTo(6_000);
        assertThat(of(CommandType.XREAD, "STREAMS", "s", "0")).isEqualTo(1_000);
    }

    @Test
    void finds_the_time_whatever_the_arguments_are_and_however_they_were_made() {
        assertThat(of(CommandType.BLPOP, "a key", "2.5")).isEqualTo(3_500);
        assertThat(of(CommandType.XREAD, "block", "5000", "STREAMS", "a BLOCK b", "0"))
                .isEqualTo(6_000);
        assertThat(of(CommandType.XREAD, "STREAMS", "BLOCK", "0")).isEqualTo(1_000);
    }

    @Test
    void lets_block_for_ever_who_asks_for_that() {
        assertThat(of(CommandType.BLPOP, "k", "0"))
                .isEqualTo(Duration.ofDays(365).toMillis());
    }

    private long of(CommandType type, String... args) {
        CommandArgs<String, String> all = new CommandArgs<>(StringCodec.UTF8);
        for (String arg : args) {
            all.add(arg);
        }
        return timeouts.getTimeout(new Command<>(type, new StatusOutput<>(StringCodec.UTF8), all));
    }
}
