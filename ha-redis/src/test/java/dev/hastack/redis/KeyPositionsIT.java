package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** What would stop the server or change it for others, binds the connection, or needs a cluster. */
    private static final Set<String> NOT_HERE = Set.of(
            "shutdown",
            "debugCrashAndRecover",
            "debugOom",
            "debugReload",
            "debugRestart",
            "debugSegfault",
            "replicaof",
            "replicaofNoOne",
            "slaveof",
            "slaveofNoOne",
            "clientPause",
            "clientKill",
            "configSet",
            "configRewrite",
            "aclLoad",
            "aclSave",
            "aclDeluser",
            "aclSetuser",
            "save",
            "bgsave",
            "bgrewriteaof",
            "migrate",
            "quit",
            "multi",
            "exec",
            "discard",
            "select",
            "auth",
            "scriptKill",
            "functionKill",
            "clientTracking",
            "asking",
            "readOnly",
            "readWrite",
            "reset");

    /** What Lettuce's API has that is no command, or is sent later. */
    private static final Set<String> NO_COMMANDS = Set.of(
            "getStatefulConnection", "setAutoFlushCommands", "flushCommands", "isOpen", "dispatch", "setTimeout");

    /** Where the prefix is before what is no key to COMMAND GETKEYS: patterns, channels, and keys that it does not count. */
    private static final Set<String> MORE_THAN_KEYS = Set.of(
            "KEYS",
            "SCAN",
            "SORT",
            "SORT_RO",
            "PUBLISH",
            "SPUBLISH",
            "PUBSUB",
            "CLUSTER",
            "DEBUG",
            "SUBSCRIBE",
            "PSUBSCRIBE");

    private final RedisReplication redis;
    private final Set<String> seen = new TreeSet<>();
    private final List<String> wrong = new ArrayList<>();

    KeyPositionsIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void every_method_of_lettuces_api_and_the_same_by_dispatch_has_the_prefix_before_keys_and_nothing_else()
            throws Exception {
        AnyArguments arguments = new AnyArguments();
        Map<String, String> notMade = new TreeMap<>();
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", PREFIX));
                Monitoring monitoring =
                        new Monitoring(redis.node("main"), redis.node("main").port())) {
            StatefulRedisConnection<String, String> own =
                    stack.get(HaRedis.class).dedicated();
            for (Method method : methods()) {
                Object[] values;
                try {
                    values = arguments.of(method);
                } catch (ReflectiveOperationException | RuntimeException e) {
                    notMade.put(method.toString(), e.toString());
                    continue;
                }
                String client = "";
                while (client.isEmpty()) {
                    try {
                        client = client(own);
                    } catch (RedisException e) {
                        // Lettuce closes one on which it could not encode a command, though not at once.
                        own = stack.get(HaRedis.class).dedicated();
                    }
                }
                monitoring.sent(client);
                String answer = call(method, own.async(), values);
                if (answer.contains(PREFIX)) {
                    wrong.add(method + " answered " + answer);
                }
                for (List<String> sent : monitoring.sent(client)) {
                    look(method.toString(), sent);
                    again(own, sent);
                    List<List<String>> raw = new ArrayList<>(monitoring.sent(client));
                    // A heartbeat's, where the machine had this connection wait.
                    raw.removeIf(words -> words.equals(List.of("PING")) && !sent.equals(words));
                    if (!raw.equals(List.of(sent))) {
                        wrong.add(method + " sent " + sent + ", and dispatch " + raw);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(notMade).as("what has no arguments").hasSizeLessThan(40);
        assertThat(seen).contains("GET", "LCS", "XREADGROUP", "GEOSEARCHSTORE", "EVALSHA", "OBJECT", "BLMPOP", "HSET");
        assertThat(seen).as("commands").hasSizeGreaterThan(180);
    }

    private static List<Method> methods() {
        return Arrays.stream(RedisAsyncCommands.class.getMethods())
                .filter(method -> !NOT_HERE.contains(method.getName()) && !NO_COMMANDS.contains(method.getName()))
                .filter(method -> !method.getName().startsWith("cluster")
                        || method.getName().equals("clusterKeyslot"))
                .sorted(Comparator.comparing(Method::toString))
                .toList();
    }

    private static String client(StatefulRedisConnection<String, String> own) {
        String info = String.valueOf(own.sync()
                .dispatch(
                        keyword("CLIENT"),
                        new io.lettuce.core.output.StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add("INFO")));
        return Arrays.stream(info.split(" ", -1))
                .filter(word -> word.startsWith("addr="))
                .findFirst()
                .orElseThrow()
                .substring("addr=".length());
    }

    private static String call(Method method, Object on, Object[] values) throws Exception {
        try {
            return method.invoke(on, values) instanceof RedisFuture<?> future ? answer(future) : "";
        } catch (InvocationTargetException e) {
            // Refused by Lettuce, or by us.
            return "";
        }
    }

    private static String answer(RedisFuture<?> future) throws Exception {
        try {
            return String.valueOf(future.get(60, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
            // An error of the server, which MONITOR tells of all the same.
            return "";
        }
    }

    /** Is the prefix where the server has keys, and nowhere else? */
    private void look(String method, List<String> sent) {
        String name = sent.get(0).toUpperCase(Locale.ROOT);
        seen.add(name);
        List<String> others = new ArrayList<>(sent.subList(1, sent.size()));
        for (String key : keys(sent)) {
            others.remove(key);
            if (!key.startsWith(PREFIX)) {
                wrong.add(method + " sent the bare key " + key + " in " + sent);
            }
        }
        if (!MORE_THAN_KEYS.contains(name) && others.stream().anyMatch(other -> other.contains(PREFIX))) {
            wrong.add(method + " sent the prefix before what is no key in " + sent);
        }
    }

    private List<String> keys(List<String> sent) {
        List<String> asked = new ArrayList<>(List.of("COMMAND", "GETKEYS"));
        asked.addAll(sent);
        try {
            return redis.node("main").command(asked.toArray(new String[0])) instanceof List<?> keys
                    ? keys.stream().map(String::valueOf).toList()
                    : List.of();
        } catch (RuntimeException e) {
            if (!String.valueOf(e.getMessage()).matches("(?s).*(no key|Invalid arguments|number of arguments).*")) {
                throw e;
            }
            return List.of();
        }
    }

    /** The same with bare keys, by dispatch and without Lettuce's types. */
    private static void again(StatefulRedisConnection<String, String> own, List<String> sent) throws Exception {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        sent.stream()
                .skip(1)
                .forEach(word -> args.add(word.startsWith(PREFIX) ? word.substring(PREFIX.length()) : word));
        try {
            String unused =
                    answer(own.async().dispatch(keyword(sent.get(0)), new ArrayOutput<>(StringCodec.UTF8), args));
        } catch (RedisException e) {
            // Its answer may be no array.
        }
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
        CommandTable.Entry entry = CommandTable.of(keyword(parts[0]));
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
            if (!keys(words).isEmpty()) {
                differ.add(name + " is refused: " + e.getMessage());
            }
            return;
        }
        List<String> expected = new ArrayList<>(keys(words));
        List<String> found = sent.stream()
                .filter(word -> word.startsWith(PREFIX))
                .map(word -> word.substring(4))
                .toList();
        if (!MORE_THAN_KEYS.contains(parts[0]) && !parts[0].endsWith("SUBSCRIBE") && !found.equals(expected)) {
            differ.add(name + " has the keys " + expected + ", and " + found + " by the table, of " + words);
        }
    }

    private static List<String> sent(List<String> words) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        words.stream().skip(1).forEach(args::add);
        io.netty.buffer.ByteBuf wire = io.netty.buffer.Unpooled.buffer();
        new KeyPrefix(PREFIX)
                .applied(new io.lettuce.core.protocol.Command<>(
                        keyword(words.get(0)), new ArrayOutput<>(StringCodec.UTF8), args))
                .encode(wire);
        List<String> lines = wire.toString(StandardCharsets.UTF_8).lines().toList();
        List<String> sent = new ArrayList<>();
        for (int i = 2; i < lines.size(); i += 2) {
            sent.add(lines.get(i));
        }
        return sent;
    }
}
