package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPrefixTest {
    private final KeyPrefix prefix = new KeyPrefix("p:");

    @ParameterizedTest
    @CsvSource({
        "GET k, GET p:k",
        "get k, get p:k",
        "MSET a 1 b 2, MSET p:a 1 p:b 2",
        "DEL a b, DEL p:a p:b",
        "LCS a b LEN, LCS p:a p:b LEN",
        "BITOP AND d a b, BITOP AND p:d p:a p:b",
        "HSET k f v, HSET p:k f v",
        "HEXPIRE k 10 FIELDS 1 f, HEXPIRE p:k 10 FIELDS 1 f",
        "HGETEX k EX 1 FIELDS 1 f, HGETEX p:k EX 1 FIELDS 1 f",
        "VADD k VALUES 1 0.5 e, VADD p:k VALUES 1 0.5 e",
        "JSON.MGET a b $, JSON.MGET p:a p:b $",
        "JSON.MSET a $ 1 b $ 2, JSON.MSET p:a $ 1 p:b $ 2",
        "MSETEX 2 a 1 b 2 EX 5, MSETEX 2 p:a 1 p:b 2 EX 5",
        "GEOSEARCH k FROMMEMBER m BYBOX 1 1 km, GEOSEARCH p:k FROMMEMBER m BYBOX 1 1 km",
        "GEOSEARCHSTORE d k FROMMEMBER m BYBOX 1 1 km, GEOSEARCHSTORE p:d p:k FROMMEMBER m BYBOX 1 1 km",
        "GEORADIUS k 1 2 3 km COUNT 1 STORE d, GEORADIUS p:k 1 2 3 km COUNT 1 STORE p:d",
        "GEORADIUSBYMEMBER k STORE 3 km STOREDIST STORE, GEORADIUSBYMEMBER p:k STORE 3 km STOREDIST p:STORE",
        "SORT k BY w_*->f LIMIT 0 1 GET # GET x_* STORE d, SORT p:k BY p:w_*->f LIMIT 0 1 GET # GET p:x_* STORE p:d",
        "sort BY by GET get STORE, sort p:BY by p:GET get p:STORE",
        "EVAL s 2 a b c, EVAL s 2 p:a p:b c",
        "FCALL f 0 a, FCALL f 0 a",
        "ZUNIONSTORE d 2 a b WEIGHTS 1 2, ZUNIONSTORE p:d 2 p:a p:b WEIGHTS 1 2",
        "ZMPOP 1 a MIN, ZMPOP 1 p:a MIN",
        "BLPOP a b 1, BLPOP p:a p:b 1",
        "BLMPOP 1 2 a b LEFT, BLMPOP 1 2 p:a p:b LEFT",
        "XREAD COUNT 1 BLOCK 5 STREAMS a b 0 1, XREAD COUNT 1 BLOCK 5 STREAMS p:a p:b 0 1",
        "XREADGROUP GROUP STREAMS c STREAMS a >, XREADGROUP GROUP STREAMS c STREAMS p:a >",
        "XGROUP CREATE k g $ MKSTREAM, XGROUP CREATE p:k g $ MKSTREAM",
        "XINFO CONSUMERS k g, XINFO CONSUMERS p:k g",
        "XPENDING k g IDLE 1 - + 2 c, XPENDING p:k g IDLE 1 - + 2 c",
        "OBJECT ENCODING k, OBJECT ENCODING p:k",
        "MEMORY USAGE k SAMPLES 5, MEMORY USAGE p:k SAMPLES 5",
        "MIGRATE h 1 k 0 5 COPY, MIGRATE h 1 p:k 0 5 COPY",
        "MIGRATE h 1  0 5 COPY, MIGRATE h 1 p: 0 5 COPY",
        "STRALGO LCS KEYS a b LEN, STRALGO LCS KEYS p:a p:b LEN",
        "STRALGO LCS STRINGS KEYS a, STRALGO LCS STRINGS KEYS a",
        "CLUSTER KEYSLOT k, CLUSTER KEYSLOT p:k",
        "KEYS key<*, KEYS p:key<*",
        "SCAN 0, SCAN 0 MATCH p:*",
        "SCAN 0 COUNT 5 match a* TYPE MATCH, SCAN 0 COUNT 5 match p:a* TYPE MATCH",
        "HSCAN k 0 MATCH f*, HSCAN p:k 0 MATCH f*",
        "CLIENT TRACKING ON, CLIENT TRACKING ON",
        "CLIENT TRACKING ON BCAST, CLIENT TRACKING ON BCAST PREFIX p:",
        "CLIENT TRACKING ON REDIRECT 5 BCAST PREFIX a PREFIX b, CLIENT TRACKING ON REDIRECT 5 BCAST PREFIX p:a PREFIX p:b",
        "PUBLISH c m, PUBLISH p:c m",
        "SUBSCRIBE c __keyspace@0__:k, SUBSCRIBE p:c __keyspace@0__:p:k",
        "SUBSCRIBE __redis__:invalidate, SUBSCRIBE __redis__:invalidate",
        "PSUBSCRIBE c* __keyevent@0__:* __key*__:*, PSUBSCRIBE p:c* __keyevent@0__:* __key*__:*",
        "PUBSUB CHANNELS, PUBSUB CHANNELS p:*",
        "PUBSUB CHANNELS n*, PUBSUB CHANNELS p:n*",
        "PUBSUB NUMSUB a b, PUBSUB NUMSUB p:a p:b",
        "PING, PING",
        "CONFIG GET maxmemory, CONFIG GET maxmemory",
    })
    void is_before_keys_patterns_and_channels_and_nothing_else(String command, String sent) {
        assertThat(sent(words(command))).isEqualTo(List.of(sent.split(" ", -1)));
    }

    @Test
    void goes_by_redis_and_not_by_lettuces_types() {
        CommandArgs<String, String> args =
                new CommandArgs<>(StringCodec.UTF8).add("k").addKey("f").addValue("v w");
        assertThat(sent(new Command<>(CommandType.HSET, null, args))).containsExactly("HSET", "p:k", "f", "v w");
    }

    @Test
    void is_put_before_all_keys_of_MIGRATE_which_has_an_empty_one_then() {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        for (String word : List.of("h", "1", "", "0", "5", "AUTH", "KEYS", "KEYS", "a", "b")) {
            args.add(word);
        }
        assertThat(sent(new Command<>(CommandType.MIGRATE, null, args)))
                .containsExactly("MIGRATE", "h", "1", "", "0", "5", "AUTH", "KEYS", "KEYS", "p:a", "p:b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FLUSHALL",
                "FLUSHDB",
                "SWAPDB 0 1",
                "FUNCTION FLUSH",
                "FUNCTION RESTORE x",
                "FUNCTION DUMP",
                "RANDOMKEY",
                "DBSIZE",
                "MONITOR",
                "SLOWLOG GET",
                "PUBSUB NUMPAT",
                "PUBSUB CHANNELS __key*",
                "PUBSUB CHANNELS __keyspace@[0__:]*",
                "PUBSUB NUMSUB n __keyevent@0__:del",
                "PUBLISH __keyevent@0__:del k",
                "SPUBLISH __redis__:invalidate k",
                "ACL LOG",
                "CLUSTER GETKEYSINSLOT 1 1",
                "CLUSTER COUNTKEYSINSLOT 1",
                "FT.SEARCH i q",
                "TS.MRANGE - + FILTER a=b",
                "HOTKEYS GET",
                "MY.MODULE k",
                "OBJECT NEW k",
                "CLUSTER NEW",
                "XINFO NEW k",
                "EVAL s x k",
                "DEBUG FLUSHALL"
            })
    void refuses_what_is_about_all_keys_or_cannot_be_decided(String command) {
        assertThatThrownBy(() -> sent(words(command)))
                .isInstanceOf(RedisException.class)
                .hasMessageContaining(List.of(command.split(" ", -1)).get(0) + " ")
                .hasMessageContaining("ha.redis.key-prefix")
                .hasMessageContaining("Use a stack without a key prefix");
    }

    @Test
    void knows_every_command_that_lettuce_does() {
        Set<String> unknown = Arrays.stream(CommandType.values())
                .filter(type -> CommandTable.of(type) == null)
                .map(CommandType::toString)
                .collect(Collectors.toSet());
        // Words that stand for arguments, or for variants of a reply, and are never sent as commands.
        unknown.removeAll(
                Set.of("AUTH2", "MYID", "MYSHARDID", "VEMBRAW", "VLINKSWITHSCORES", "VSIMWITHSCORES", "ZMPOPMIN"));
        assertThat(unknown).isEmpty();
    }

    @Test
    void is_taken_from_keys_that_come_back_and_from_nothing_else() {
        assertThat(reply(words("KEYS *"), List.of("p:a", "p:b"))).containsExactly("a", "b");
        assertThat(reply(words("SCAN 0"), List.of("p:0", List.of("p:a")))).containsExactly("p:0", List.of("a"));
        assertThat(reply(words("BLPOP a 0"), List.of("p:a", "p:v"))).containsExactly("a", "p:v");
        assertThat(reply(words("LMPOP 1 a LEFT"), List.of("p:a", List.of("p:v"))))
                .containsExactly("a", List.of("p:v"));
        assertThat(reply(
                        words("XREAD STREAMS a b 0 0"),
                        List.of(
                                List.of("p:a", List.of(List.of("1-1", List.of("p:f", "p:v")))),
                                List.of("p:b", List.of(List.of("1-1", List.of("p:f", "p:v")))))))
                .containsExactly(
                        List.of("a", List.of(List.of("1-1", List.of("p:f", "p:v")))),
                        List.of("b", List.of(List.of("1-1", List.of("p:f", "p:v")))));
        assertThat(reply(words("PUBSUB NUMSUB n"), List.of("p:n", "__keyspace@0__:p:k")))
                .containsExactly("n", "__keyspace@0__:k");
        assertThat(reply(words("HGETALL k"), List.of("p:f", "p:v"))).containsExactly("p:f", "p:v");
    }

    private List<Object> reply(Command<String, String, List<Object>> command, List<?> answer) {
        CommandOutput<String, String, List<Object>> output =
                prefix.applied(command).getOutput();
        write(output, answer, 0);
        return output.get();
    }

    /** As Lettuce's state machine does. */
    private static void write(CommandOutput<?, ?, ?> output, Object answer, int depth) {
        if (answer instanceof List<?> all) {
            output.multiArray(all.size());
            all.forEach(each -> write(output, each, depth + 1));
        } else {
            output.set(ByteBuffer.wrap(String.valueOf(answer).getBytes(StandardCharsets.UTF_8)));
        }
        output.complete(depth);
    }

    private static Command<String, String, List<Object>> words(String command) {
        String[] words = command.split(" ", -1);
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        Arrays.stream(words).skip(1).forEach(args::add);
        return new Command<>(keyword(words[0]), new ArrayOutput<>(StringCodec.UTF8), args);
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

    /** Read from the bytes that go to the server. */
    private List<String> sent(Command<String, String, ?> command) {
        RedisCommand<String, String, ?> applied = prefix.applied(command);
        ByteBuf wire = Unpooled.buffer();
        applied.encode(wire);
        List<String> lines = wire.toString(StandardCharsets.UTF_8).lines().toList();
        List<String> words = new ArrayList<>();
        assertThat(lines.get(0)).isEqualTo("*" + (lines.size() - 1) / 2);
        for (int i = 1; i < lines.size(); i += 2) {
            assertThat(lines.get(i)).isEqualTo("$" + lines.get(i + 1).length());
            words.add(lines.get(i + 1));
        }
        List<String> args = new ArrayList<>();
        ByteBuf encoded = Unpooled.buffer();
        if (applied.getArgs() != null) {
            applied.getArgs().encode(encoded);
        }
        encoded.toString(StandardCharsets.UTF_8).lines().forEach(args::add);
        assertThat(args).as("the arguments by themselves").isEqualTo(lines.subList(3, lines.size()));
        return words;
    }
}
