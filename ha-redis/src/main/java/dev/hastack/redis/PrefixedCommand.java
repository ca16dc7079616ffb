package dev.hastack.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;

/** A command of a caller, as it is sent under a key prefix. */
final class PrefixedCommand<K, V, T> extends CommandWrapper<K, V, T> {
    private final KeyPrefix prefix;
    private final KeyMarks marks;
    private final CommandOutput<K, V, T> output;

    PrefixedCommand(RedisCommand<K, V, T> command, KeyPrefix prefix, KeyMarks marks, CommandOutput<K, V, T> output) {
        super(command);
        this.prefix = prefix;
        this.marks = marks;
        this.output = output;
    }

    @Override
    public CommandOutput<K, V, T> getOutput() {
        return output;
    }

    /**
     * With keys where Redis has them: Lettuce's own writer for a cluster looks for the slot of the first. A channel is one
     * to it where Lettuce has it so, for what is of one slot.
     */
    @Override
    @SuppressWarnings(
            "unchecked") // Of bytes, as all that is sent; who wants keys of a type has the caller's own arguments.
    public CommandArgs<K, V> getArgs() {
        CommandArgs<K, V> own = command.getArgs();
        SentArgs args = SentArgs.of(own);
        boolean slot = own != null && own.getFirstEncodedKey() != null;
        CommandArgs<byte[], byte[]> all = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (int i = 1; i <= args.count(); i++) {
            byte[] argument = args.bytes(i);
            switch (marks.kind(i)) {
                case KeyMarks.KEY -> all.addKey(prefix.with(argument));
                case KeyMarks.CHANNEL -> {
                    byte[] channel = prefix.channelWith(argument);
                    if (slot) {
                        all.addKey(channel);
                    } else {
                        all.add(channel);
                    }
                }
                default -> all.add(argument);
            }
        }
        for (byte[] added : marks.added()) {
            all.add(added);
        }
        return (CommandArgs<K, V>) (CommandArgs<?, ?>) all;
    }

    @Override
    public void encode(ByteBuf buffer) {
        CommandArgs<K, V> own = command.getArgs();
        int count = own == null ? 0 : own.count();
        buffer.writeByte('*');
        SentArgs.number(buffer, 1 + count + marks.added().size());
        buffer.writeByte('\r').writeByte('\n');
        SentArgs.write(command.getType().getBytes(), buffer);
        if (own != null) {
            ByteBuf plain = buffer.alloc().heapBuffer();
            try {
                if (marks == KeyMarks.FIRST) {
                    SentArgs.copyFirst(own, plain, prefix.bytes(), buffer);
                } else {
                    args(SentArgs.of(own, plain), buffer);
                }
            } finally {
                boolean unused = plain.release();
            }
        }
        for (byte[] added : marks.added()) {
            SentArgs.write(added, buffer);
        }
    }

    private void args(SentArgs args, ByteBuf buffer) {
        for (int i = 1; i <= args.count(); i++) {
            switch (marks.kind(i)) {
                case KeyMarks.KEY -> args.copy(prefix.bytes(), i, buffer);
                case KeyMarks.CHANNEL -> SentArgs.write(prefix.channelWith(args.bytes(i)), buffer);
                default -> args.copy(i, buffer);
            }
        }
    }
}
