package dev.hastack.redis;

import dev.hastack.testkit.RedisNode;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.BaseRedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Calls every method of one of Lettuce's APIs, and looks at where the server then finds the prefix. */
final class KeyWalk {
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
    static final Set<String> MORE_THAN_KEYS = Set.of(
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

    private final RedisNode server;
    private final boolean alone;
    private final String prefix;
    /** The commands that came. */
    final Set<String> seen = new TreeSet<>();

    final List<String> wrong = new ArrayList<>();
    /** Methods for which there were no arguments, and why. */
    final Map<String, String> notMade = new TreeMap<>();

    /**
     * @param server where the keys with this prefix are
     * @param alone whether what has no key goes there, too
     */
    KeyWalk(RedisNode server, boolean alone, String prefix) {
        this.server = server;
        this.alone = alone;
        this.prefix = prefix;
    }

    /**
     * Calls each method, and again what was sent by that.
     *
     * @param open makes a connection; another when the one before is broken
     */
    KeyWalk walk(Class<?> api, Supplier<BaseRedisAsyncCommands<String, String>> open) throws Exception {
        AnyArguments arguments = new AnyArguments();
        try (Monitoring monitoring = new Monitoring(server, server.port())) {
            Line line = new Line(open, monitoring);
            for (Method method : methods(api)) {
                Object[] values;
                try {
                    values = arguments.of(method);
                } catch (ReflectiveOperationException | RuntimeException e) {
                    notMade.put(method.toString(), e.toString());
                    continue;
                }
                for (List<String> sent : line.sent(to -> {
                    String answer = call(method, to, values);
                    if (answer.contains(prefix)) {
                        wrong.add(method + " answered " + answer);
                    }
                })) {
                    look(method.toString(), sent);
                    List<List<String>> raw = new ArrayList<>(line.sent(to -> again(to, sent)));
                    // A heartbeat's, where the machine had this connection wait.
                    raw.removeIf(words -> words.equals(List.of("PING")) && !sent.equals(words));
                    // A script that is not known is sent once more.
                    raw = raw.stream().distinct().toList();
                    boolean elsewhere =
                            !alone && raw.isEmpty() && keys(server, sent).isEmpty();
                    if (!elsewhere && !raw.equals(List.of(sent))) {
                        wrong.add(method + " sent " + sent + ", and dispatch " + raw);
                    }
                }
            }
        }
        return this;
    }

    private interface Task {
        void sendTo(BaseRedisAsyncCommands<String, String> api) throws Exception;
    }

    /** A connection, and what MONITOR shows of it. */
    private final class Line {
        private final Supplier<BaseRedisAsyncCommands<String, String>> open;
        private final Monitoring monitoring;
        private BaseRedisAsyncCommands<String, String> api;
        private int markers;

        Line(Supplier<BaseRedisAsyncCommands<String, String>> open, Monitoring monitoring) {
            this.open = open;
            this.monitoring = monitoring;
            this.api = open.get();
        }

        /** What it sends when this is done; nothing if it breaks, as Lettuce has it when it cannot encode a command. */
        List<List<String>> sent(Task task) throws Exception {
            for (int i = 0; i < 3; i++) {
                String before = client(new ArrayList<>());
                task.sendTo(api);
                List<Monitoring.Sent> all = new ArrayList<>();
                if (client(all).equals(before)) {
                    return all.stream()
                            .filter(one -> one.client().equals(before))
                            .map(Monitoring.Sent::words)
                            .filter(words -> !words.get(words.size() - 1).startsWith(prefix + "marker"))
                            .toList();
                }
            }
            return List.of();
        }

        /**
         * Its address at the server, by a key that nobody else asks for.
         *
         * @param before what else came before that
         */
        private String client(List<Monitoring.Sent> before) throws Exception {
            while (true) {
                String marker = "marker" + markers++;
                try {
                    Object unused = api.dispatch(
                                    CommandType.GET,
                                    new ValueOutput<>(StringCodec.UTF8),
                                    new CommandArgs<>(StringCodec.UTF8).addKey(marker))
                            .get(60, TimeUnit.SECONDS);
                } catch (ExecutionException | RedisException e) {
                    // Closed, though not at once.
                    api = open.get();
                    continue;
                }
                List<Monitoring.Sent> sent = monitoring.sent();
                before.addAll(sent);
                return sent.stream()
                        .filter(one -> one.words().contains(prefix + marker))
                        .findFirst()
                        .orElseThrow()
                        .client();
            }
        }
    }

    private static List<Method> methods(Class<?> api) {
        return Arrays.stream(api.getMethods())
                .filter(method -> RedisFuture.class.isAssignableFrom(method.getReturnType()))
                .filter(method -> !NOT_HERE.contains(method.getName()) && !NO_COMMANDS.contains(method.getName()))
                .filter(method -> !method.getName().startsWith("cluster")
                        || method.getName().equals("clusterKeyslot"))
                .sorted(Comparator.comparing(Method::toString))
                .toList();
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
        for (String key : keys(server, sent)) {
            others.remove(key);
            if (!key.startsWith(prefix)) {
                wrong.add(method + " sent the bare key " + key + " in " + sent);
            }
        }
        if (!MORE_THAN_KEYS.contains(name) && others.stream().anyMatch(other -> other.contains(prefix))) {
            wrong.add(method + " sent the prefix before what is no key in " + sent);
        }
    }

    /** The same with bare keys, by dispatch and without Lettuce's types. */
    private void again(BaseRedisAsyncCommands<String, String> api, List<String> sent) throws Exception {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        sent.stream()
                .skip(1)
                .forEach(word -> args.add(word.startsWith(prefix) ? word.substring(prefix.length()) : word));
        try {
            String unused = answer(api.dispatch(keyword(sent.get(0)), new ArrayOutput<>(StringCodec.UTF8), args));
        } catch (RedisException e) {
            // Its answer may be no array.
        }
    }

    /** Those that the server finds in a command. */
    static List<String> keys(RedisNode server, List<String> sent) {
        List<String> asked = new ArrayList<>(List.of("COMMAND", "GETKEYS"));
        asked.addAll(sent);
        try {
            return server.command(asked.toArray(new String[0])) instanceof List<?> keys
                    ? keys.stream().map(String::valueOf).toList()
                    : List.of();
        } catch (RuntimeException e) {
            if (!String.valueOf(e.getMessage()).matches("(?s).*(no key|Invalid arguments|number of arguments).*")) {
                throw e;
            }
            return List.of();
        }
    }

    static ProtocolKeyword keyword(String name) {
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
