package dev.hastack.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;

/**
 * An XREADGROUP of Lettuce's API for a cluster, with group and consumer as their caller gave them. Lettuce encodes these two by
 * the method of a codec by which it finds slots, alone of all that is no key: so they have the prefix of {@link SlotCodec}.
 */
final class PlainGroup<K, V, T> extends CommandWrapper<K, V, T> {
    private static final int GROUP = 2;
    private static final int CONSUMER = 3;

    private final CommandArgs<K, V> args;

    @SuppressWarnings("unchecked") // Of bytes, as all that is sent.
    PlainGroup(RedisCommand<K, V, T> command, KeyPrefix prefix) {
        super(command);
        SentArgs sent = SentArgs.of(command.getArgs());
        CommandArgs<byte[], byte[]> plain = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i <= sent.count(); i++) {
            ByteBuffer argument = ByteBuffer.wrap(sent.bytes(i));
            ByteBuffer own = i == GROUP || i == CONSUMER ? prefix.without(argument) : argument;
            byte[] bytes = new byte[own.remaining()];
            own.get(bytes);
            plain.add(bytes);
        }
        this.args = (CommandArgs<K, V>) (CommandArgs<?, ?>) plain;
    }

    @Override
    public CommandArgs<K, V> getArgs() {
        return args;
    }
}
