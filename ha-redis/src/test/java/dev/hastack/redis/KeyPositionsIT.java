package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * All that can be sent, against what the server says of it: MONITOR, what came; COMMAND GETKEYS, which of that are keys;
 * COMMAND, what there is at all.
 */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = "main"))
class KeyPositionsIT {
    private static final String PREFIX = "one:";

    private final RedisReplication redis;

    KeyPositionsIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void every_method_of_lettuces_api_and_the_same_by_dispatch_has_the_prefix_before_keys_and_nothing_else()
            throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", PREFIX))) {
            seen(
                    new KeyWalk(redis.node("main"), true, PREFIX)
                            .walk(
                                    RedisAsyncCommands.class,
                                    () -> stack.get(HaRedis.class).dedicated().async()),
                    180,
                    "BLMPOP");
        }
    }

    /** All but what would bind it. */
    @Test
    void the_same_of_the_connection_that_all_callers_share() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", PREFIX))) {
            seen(
                    new KeyWalk(redis.node("main"), true, PREFIX)
                            .walk(
                                    RedisAsyncCommands.class,
                                    () -> stack.get(HaRedis.class).connection().async()),
                    160,
                    "LMPOP");
        }
    }

    /** All keys that have the prefix are in one slot, and at one node; what has no key may go to another, and is not looked at. */
    @Test
    void the_same_of_a_clusters_connection() throws Exception {
        String prefix = "{one}:";
        try (RedisCluster cluster = RedisCluster.start(3, 0)) {
            Map<String, String> settings = new HashMap<>(cluster.properties());
            settings.put("ha.redis.key-prefix", prefix);
            settings.put("ha.redis.command-timeout", "5s");
            try (HaStack stack = HaStack.open(StackConfig.of(settings))) {
                assertThat(stack.awaitReady(Duration.ofSeconds(60))).isTrue();
                seen(
                        new KeyWalk(cluster.node("main-2"), false, prefix)
                                .walk(
                                        RedisAdvancedClusterAsyncCommands.class,
                                        () -> stack.get(HaRedisCluster.class)
                                                .connection()
                                                .async()),
                        120,
                        "LMPOP");
            }
        }
    }

    private static void seen(KeyWalk walk, int least, String pop) {
        assertThat(walk.wrong).isEmpty();
        assertThat(walk.notMade).as("what has no arguments").hasSizeLessThan(40);
        assertThat(walk.seen)
                .contains("GET", "LCS", "XREADGROUP", "GEOSEARCHSTORE", "EVALSHA", "OBJECT", "HSET", pop)
                .hasSizeGreaterThan(least);
    }

    @Test
    void the_table_is_the_servers_own() {
        List<String> differ = new ArrayList<>();
        for (Object command :
                (List<?>) Objects.requireNonNull(redis.node("main").command("COMMAND"))) {
            compare((List<?>) command, differ);
        }
        assertThat(differ).isEmpty();
    }

    /** By the keys that each of them finds in as many arguments as the command must have, or twelve. */
    private void compare(List<?> command, List<String> differ) {
        String name = String.valueOf(command.get(0)).toUpperCase(Locale.ROOT);
        List<?> subcommands = (List<?>) command.get(9);
        subcommands.forEach(sub -> compare((List<?>) sub, differ));
        String[] parts = name.split("\\|", -1);
        CommandTable.Entry entry = CommandTable.of(KeyWalk.keyword(parts[0]));
        if (!CommandTable.names().contains(name) && entry == null) {
            differ.add(name + " is not in the table");
            return;
        }
        if (parts.length == 1 && (!subcommands.isEmpty() || name.equals("DEBUG"))) {
            // What it does depends on its subcommand.
            return;
        }
        List<String> words = new ArrayList<>(Arrays.asList(parts));
        long arity = (Long) Objects.requireNonNull(command.get(1));
        while (words.size() < (arity < 0 ? 13 : arity)) {
            words.add(Integer.toString(words.size() % 3 + 1));
        }
        List<String> sent;
        try {
            sent = sent(words);
        } catch (RedisException e) {
            if (!KeyWalk.keys(redis.node("main"), words).isEmpty()) {
                differ.add(name + " is refused: " + e.getMessage());
            }
            return;
        }
        List<String> expected = new ArrayList<>(KeyWalk.keys(redis.node("main"), words));
        List<String> found = sent.stream()
                .filter(word -> word.startsWith(PREFIX))
                .map(word -> word.substring(4))
                .toList();
        if (!KeyWalk.MORE_THAN_KEYS.contains(parts[0]) && !parts[0].endsWith("SUBSCRIBE") && !found.equals(expected)) {
            differ.add(name + " has the keys " + expected + ", and " + found + " by the table, of " + words);
        }
    }

    private static List<String> sent(List<String> words) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        words.stream().skip(1).forEach(args::add);
        io.netty.buffer.ByteBuf wire = io.netty.buffer.Unpooled.buffer();
        new KeyPrefix(PREFIX)
                .applied(new io.lettuce.core.protocol.Command<>(
                        KeyWalk.keyword(words.get(0)), new ArrayOutput<>(StringCodec.UTF8), args))
                .encode(wire);
        List<String> lines = wire.toString(StandardCharsets.UTF_8).lines().toList();
        List<String> sent = new ArrayList<>();
        for (int i = 2; i < lines.size(); i += 2) {
            sent.add(lines.get(i));
        }
        return sent;
    }
}
