package dev.hastack.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/**
 * What is put before every key, pattern and channel. Where those are in a command is Redis's own word ({@link
 * CommandTable}), not that of the types which Lettuce gives its arguments: it has fields, members and groups of the type of
 * keys. A command of which nobody knows that, or which is about all keys there are, is refused. Keys that come back are
 * without it. Immutable.
 *
 * <p>For the reasons, see docs/decisions.md, RED-9.
 */
final class KeyPrefix {
    /** Notifications that a key has changed name it in the channel. */
    private static final byte[] KEYSPACE = "__keyspace@".getBytes(StandardCharsets.US_ASCII);
    /** These name it in the message; and this pattern is of both. */
    private static final byte[][] NOTIFICATIONS = {
        KEYSPACE, "__keyevent@".getBytes(StandardCharsets.US_ASCII), "__key*".getBytes(StandardCharsets.US_ASCII)
    };

    private static final byte[] INVALIDATIONS = "__redis__:invalidate".getBytes(StandardCharsets.US_ASCII);
    private final byte[] prefix;

    KeyPrefix(String prefix) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether there is one. */
    boolean any() {
        return prefix.length > 0;
    }

    byte[] bytes() {
        return prefix;
    }

    <K, V, T> RedisCommand<K, V, T> applied(RedisCommand<K, V, T> command) {
        return applied(command, output -> output);
    }

    /**
     * What is sent for a command.
     *
     * @param outputs the output that its answer is written to, by its own
     * @throws RedisException if it cannot be done under a prefix
     */
    <K, V, T> RedisCommand<K, V, T> applied(
            RedisCommand<K, V, T> command, Function<CommandOutput<K, V, T>, CommandOutput<K, V, T>> outputs) {
        if (!any()) {
            return command;
        }
        CommandTable.Entry entry = CommandTable.of(command.getType());
        if (entry == null) {
            throw refusal(command, "", "nobody here knows which of its arguments are keys");
        }
        KeyPositions simple = entry.positions();
        if (simple != null && simple.first() && command.getArgs() != null) {
            return new PrefixedCommand<>(command, this, KeyMarks.FIRST, output(command, entry.reply(), outputs));
        }
        if (simple != null && simple.none() && entry.subcommands().isEmpty() && entry.reply() == KeysInReply.NONE) {
            return command;
        }
        SentArgs args = SentArgs.of(command.getArgs());
        CommandTable.Entry known = entry.of(args);
        if (known == null || known.positions() == null) {
            throw refusal(
                    command,
                    entry.subcommands().isEmpty() ? "" : " " + args.word(1),
                    known == null || known.harm() == null
                            ? "nobody here knows which of its arguments are keys"
                            : known.harm());
        }
        KeyMarks marks = marks(command, known.positions(), args);
        return marks.none() && known.reply() == KeysInReply.NONE
                ? command
                : new PrefixedCommand<>(command, this, marks, output(command, known.reply(), outputs));
    }

    private KeyMarks marks(RedisCommand<?, ?, ?> command, KeyPositions positions, SentArgs args) {
        try {
            return positions.marks(args, prefix);
        } catch (IllegalArgumentException e) {
            throw refusal(command, "", String.valueOf(e.getMessage()));
        }
    }

    @SuppressWarnings("NullAway") // Lettuce allows for commands without output.
    private <K, V, T> CommandOutput<K, V, T> output(
            RedisCommand<K, V, T> command,
            KeysInReply reply,
            Function<CommandOutput<K, V, T>, CommandOutput<K, V, T>> outputs) {
        CommandOutput<K, V, T> own = command.getOutput();
        if (own == null) {
            return own;
        }
        return reply == KeysInReply.NONE ? outputs.apply(own) : new UnprefixedOutput<>(this, reply, own);
    }

    private RedisRefusedException refusal(RedisCommand<?, ?, ?> command, String subcommand, String why) {
        return new RedisRefusedException(CommandRoute.name(command.getType()) + subcommand
                + " is refused: " + why + ", and this connection keeps to keys that begin with \""
                + new String(prefix, StandardCharsets.UTF_8)
                + "\" (ha.redis.key-prefix). Use a stack without a key prefix for it, and give it whole keys");
    }

    byte[] with(byte[] key) {
        return inserted(key, 0);
    }

    private byte[] inserted(byte[] name, int at) {
        byte[] whole = new byte[prefix.length + name.length];
        System.arraycopy(name, 0, whole, 0, at);
        System.arraycopy(prefix, 0, whole, at, prefix.length);
        System.arraycopy(name, at, whole, at + prefix.length, name.length - at);
        return whole;
    }

    /** Redis's own channels keep their names; the keys in these have the prefix. */
    byte[] channelWith(byte[] channel) {
        int key = keyAt(channel);
        return key > 0 ? inserted(channel, key) : isRedissOwn(channel) ? channel : with(channel);
    }

    /** Whether Redis itself publishes there, or may do so where a pattern matches. */
    static boolean isRedissOwn(byte[] channel) {
        ByteBuffer name = ByteBuffer.wrap(channel);
        return Arrays.equals(channel, INVALIDATIONS)
                || Arrays.stream(NOTIFICATIONS).anyMatch(notification -> begins(name, 0, notification));
    }

    /** Where the key begins in {@code __keyspace@0__:key}, or 0. */
    private static int keyAt(byte[] channel) {
        if (begins(ByteBuffer.wrap(channel), 0, KEYSPACE)) {
            for (int i = KEYSPACE.length; i + 2 < channel.length; i++) {
                if (channel[i] == '_' && channel[i + 1] == '_' && channel[i + 2] == ':') {
                    return i + 3;
                }
            }
        }
        return 0;
    }

    static boolean isInvalidations(ByteBuffer channel) {
        return channel.equals(ByteBuffer.wrap(INVALIDATIONS));
    }

    static boolean isKeyEvent(ByteBuffer channel) {
        return begins(channel, 0, NOTIFICATIONS[1]);
    }

    /** Whether it is a key, or a channel, of one's own. */
    boolean owns(ByteBuffer name) {
        return begins(name, 0, prefix) || begins(name, keyAt(bytes(name)), prefix);
    }

    /** What begins with the prefix, without it. */
    ByteBuffer without(ByteBuffer key) {
        if (!begins(key, 0, prefix)) {
            return key;
        }
        ByteBuffer rest = key.duplicate();
        rest.position(rest.position() + prefix.length);
        return rest;
    }

    ByteBuffer channelWithout(ByteBuffer channel) {
        byte[] name = bytes(channel);
        int at = keyAt(name);
        if (at == 0 || !begins(channel, at, prefix)) {
            return without(channel);
        }
        ByteBuffer rest = ByteBuffer.allocate(name.length - prefix.length);
        rest.put(name, 0, at).put(name, at + prefix.length, name.length - at - prefix.length);
        rest.flip();
        return rest;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static boolean begins(ByteBuffer name, int at, byte[] with) {
        if (name.remaining() < at + with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            if (name.get(name.position() + at + i) != with[i]) {
                return false;
            }
        }
        return true;
    }
}
