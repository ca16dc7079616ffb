package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandRouteTest {
    @ParameterizedTest
    @CsvSource({
        "GET, READ",
        "MGET, READ",
        "ZRANGE, READ",
        "XRANGE, READ",
        "PING, READ",
        "EVALSHA_RO, READ",
        "SET, WRITE",
        "EVAL, WRITE",
        "PUBLISH, WRITE",
        "XADD, WRITE",
        "SCRIPT, WRITE",
        "GEORADIUS, WRITE",
        "SORT, WRITE",
        "SCAN, PRIMARY_READ",
        "HSCAN, PRIMARY_READ",
        "INFO, PRIMARY_READ",
        "MULTI, DEDICATED",
        "EXEC, DEDICATED",
        "WATCH, DEDICATED",
        "BLPOP, DEDICATED",
        "SELECT, DEDICATED",
        "WAIT, DEDICATED",
        "CLIENT, DEDICATED",
        "SUBSCRIBE, PUB_SUB",
        "PSUBSCRIBE, PUB_SUB"
    })
    void has_a_place_for_each_command(CommandType type, CommandRoute route) {
        assertThat(CommandRoute.of(type, null)).isEqualTo(route);
        assertThat(CommandRoute.of(keyword(type.name().toLowerCase(Locale.ROOT)), null))
                .as("by name")
                .isEqualTo(route);
    }

    @Test
    void sends_what_it_does_not_know_to_the_primary() {
        assertThat(CommandRoute.of(keyword("MY.MODULE"), null)).isEqualTo(CommandRoute.WRITE);
    }

    @Test
    void tells_a_stream_read_that_blocks_from_one_that_does_not() {
        CommandArgs<String, String> plain =
                new CommandArgs<>(StringCodec.UTF8).add("STREAMS").addKey("s").add("0");
        CommandArgs<String, String> blocks = new CommandArgs<>(StringCodec.UTF8)
                .add("BLOCK")
                .add(10)
                .add("STREAMS")
                .addKey("s")
                .add("0");
        assertThat(CommandRoute.of(CommandType.XREAD, plain)).isEqualTo(CommandRoute.READ);
        assertThat(CommandRoute.of(CommandType.XREAD, blocks)).isEqualTo(CommandRoute.DEDICATED);
        assertThat(CommandRoute.of(CommandType.XREADGROUP, plain)).isEqualTo(CommandRoute.WRITE);
        assertThat(CommandRoute.of(CommandType.XREADGROUP, blocks)).isEqualTo(CommandRoute.DEDICATED);
    }

    @Test
    void finds_BLOCK_whatever_made_it_and_nothing_that_only_looks_like_it() {
        for (ProtocolKeyword read : List.of(keyword("xread"), CommandType.XREAD)) {
            assertThat(CommandRoute.of(
                            read,
                            stream()
                                    .add(keyword("block"))
                                    .add(10)
                                    .add("STREAMS")
                                    .addKey("s")
                                    .add("0")))
                    .isEqualTo(CommandRoute.DEDICATED);
            assertThat(CommandRoute.of(
                            read, stream().add("STREAMS").addKey("BLOCK").add("0")))
                    .isEqualTo(CommandRoute.READ);
        }
        assertThat(CommandRoute.of(
                        CommandType.XREADGROUP,
                        stream()
                                .add("GROUP")
                                .add("BLOCK")
                                .add("c")
                                .add("STREAMS")
                                .addKey("s")
                                .add(">")))
                .isEqualTo(CommandRoute.WRITE);
        assertThat(CommandRoute.of(keyword("WAITAOF"), null)).isEqualTo(CommandRoute.DEDICATED);
    }

    private static CommandArgs<String, String> stream() {
        return new CommandArgs<>(StringCodec.UTF8);
    }

    @Test
    void tells_what_asks_a_cluster_from_what_changes_it() {
        CommandArgs<String, String> asks = new CommandArgs<>(StringCodec.UTF8).add("INFO");
        CommandArgs<String, String> changes =
                new CommandArgs<>(StringCodec.UTF8).add("FORGET").add("node");
        assertThat(CommandRoute.of(CommandType.CLUSTER, asks)).isEqualTo(CommandRoute.PRIMARY_READ);
        assertThat(CommandRoute.of(CommandType.CLUSTER, changes)).isEqualTo(CommandRoute.WRITE);
    }

    private static ProtocolKeyword keyword(String name) {
        return new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return name.getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
