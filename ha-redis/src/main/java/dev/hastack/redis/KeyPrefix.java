package dev.hastack.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is put before every key and channel. The codec does it where Lettuce knows that an argument is a key: that covers
 * keys, the KEYS of scripts, channels and their patterns. Patterns that Lettuce passes as text (MATCH of SCAN, KEYS, BY and
 * GET of SORT) are rewritten; commands on all keys there are, whosoever they may be, are refused. Immutable.
 */
final class KeyPrefix {
    private static final Set<String> OF_ALL_KEYS = Set.of("FLUSHDB", "FLUSHALL", "RANDOMKEY", "SWAPDB");
    private static final Set<String> WITH_PATTERNS = Set.of("SCAN", "KEYS", "SORT", "SORT_RO");

    private final byte[] prefix;

    KeyPrefix(String prefix) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    }

    /** Of what Lettuce knows, without making a text of it for each command. */
    private static String name(RedisCommand<?, ?, ?> command) {
        return command.getType() instanceof CommandType known ? known.name() : CommandRoute.name(command.getType());
    }

    <K, V> RedisCodec<K, V> applied(RedisCodec<K, V> codec) {
        return prefix.length == 0 ? codec : new PrefixCodec<>(prefix, codec);
    }

    /** Why a command cannot be done under a prefix, or null. */
    @Nullable
    RedisException refusal(RedisCommand<?, ?, ?> command) {
        if (prefix.length == 0 || !OF_ALL_KEYS.contains(name(command))) {
            return null;
        }
        return new RedisException(name(command)
                + " is refused: it is about the keys of others, too, who share this Redis under other prefixes"
                + " (ha.redis.key-prefix)");
    }

    <K, V, T> RedisCommand<K, V, T> applied(RedisCommand<K, V, T> command) {
        if (prefix.length == 0 || !WITH_PATTERNS.contains(name(command))) {
            return command;
        }
        List<byte[]> args = split(command.getArgs());
        switch (name(command)) {
            case "KEYS" -> {
                // Lettuce 6 took the pattern for a key, which the codec has prefixed.
                if (!command.getArgs().toCommandString().startsWith("key<")) {
                    args.set(0, prefixed(args.get(0)));
                }
            }
            case "SCAN" -> scan(args);
            default -> sort(args);
        }
        return new Rewritten<>(command, args);
    }

    private void scan(List<byte[]> args) {
        for (int i = 1; i + 1 < args.size(); i++) {
            if (is(args.get(i), "MATCH")) {
                args.set(i + 1, prefixed(args.get(i + 1)));
                return;
            }
        }
        args.add("MATCH".getBytes(StandardCharsets.US_ASCII));
        args.add(prefixed(new byte[] {'*'}));
    }

    private void sort(List<byte[]> args) {
        for (int i = 1; i + 1 < args.size(); i++) {
            boolean pattern = is(args.get(i), "BY") || (is(args.get(i), "GET") && !is(args.get(i + 1), "#"));
            if (pattern) {
                args.set(i + 1, prefixed(args.get(i + 1)));
                i++;
            }
        }
    }

    private static boolean is(byte[] arg, String word) {
        return new String(arg, StandardCharsets.ISO_8859_1)
                .toUpperCase(Locale.ROOT)
                .equals(word);
    }

    /** The prefix has no character that means anything in a pattern. */
    private byte[] prefixed(byte[] pattern) {
        byte[] whole = Arrays.copyOf(prefix, prefix.length + pattern.length);
        System.arraycopy(pattern, 0, whole, prefix.length, pattern.length);
        return whole;
    }

    /** The arguments as they would be sent. */
    private static List<byte[]> split(CommandArgs<?, ?> args) {
        ByteBuf buffer = Unpooled.buffer();
        args.encode(buffer);
        List<byte[]> parts = new ArrayList<>();
        while (buffer.isReadable()) {
            int end = buffer.indexOf(buffer.readerIndex(), buffer.writerIndex(), (byte) '\r');
            String head = buffer.readCharSequence(end - buffer.readerIndex(), StandardCharsets.US_ASCII)
                    .toString();
            byte[] part = new byte[Integer.parseInt(head.substring(1))];
            buffer.skipBytes(2).readBytes(part).skipBytes(2);
            parts.add(part);
        }
        return parts;
    }

    /** A command with other arguments. */
    private static final class Rewritten<K, V, T> extends CommandWrapper<K, V, T> {
        private final Command<String, String, T> sent;

        Rewritten(RedisCommand<K, V, T> command, List<byte[]> args) {
            super(command);
            CommandArgs<String, String> all = new CommandArgs<>(StringCodec.UTF8);
            args.forEach(all::add);
            this.sent = new Command<>(command.getType(), null, all);
        }

        @Override
        public void encode(ByteBuf buffer) {
            sent.encode(buffer);
        }
    }

    /** Puts the prefix before keys on their way out, and takes it away on their way in. */
    private static final class PrefixCodec<K, V> implements RedisCodec<K, V> {
        private final byte[] prefix;
        private final RedisCodec<K, V> codec;

        PrefixCodec(byte[] prefix, RedisCodec<K, V> codec) {
            this.prefix = prefix;
            this.codec = codec;
        }

        @Override
        public K decodeKey(ByteBuffer bytes) {
            if (bytes.remaining() >= prefix.length) {
                byte[] head = new byte[prefix.length];
                bytes.duplicate().get(head);
                if (Arrays.equals(head, prefix)) {
                    ByteBuffer rest = bytes.duplicate();
                    rest.position(rest.position() + prefix.length);
                    return codec.decodeKey(rest.slice());
                }
            }
            // Of no prefix: not a key, though Lettuce takes it for one.
            return codec.decodeKey(bytes);
        }

        @Override
        public V decodeValue(ByteBuffer bytes) {
            return codec.decodeValue(bytes);
        }

        @Override
        public ByteBuffer encodeKey(K key) {
            ByteBuffer rest = codec.encodeKey(key);
            ByteBuffer whole = ByteBuffer.allocate(prefix.length + rest.remaining());
            whole.put(prefix).put(rest).flip();
            return whole;
        }

        @Override
        public ByteBuffer encodeValue(V value) {
            return codec.encodeValue(value);
        }
    }
}
