package dev.hastack.redis;

import io.lettuce.core.protocol.CommandArgs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a command as they are sent, whatever made them: Lettuce's own types of arguments say what it takes for a
 * key, and not what Redis does. The first is number 1. Not thread-safe.
 */
final class SentArgs {
    private static final int LONGEST_WORD = 32;

    private static final int[] NOTHING = {};

    private final @Nullable CommandArgs<?, ?> args;
    private final int count;
    private ByteBuf wire = Unpooled.EMPTY_BUFFER;
    private int[] starts = NOTHING;
    private int[] lengths = NOTHING;

    private SentArgs(@Nullable CommandArgs<?, ?> args) {
        this.args = args;
        this.count = args == null ? 0 : args.count();
    }

    /** Encodes them when one is asked for. */
    static SentArgs of(@Nullable CommandArgs<?, ?> args) {
        return new SentArgs(args);
    }

    /** Encodes them to this buffer, which is the caller's. */
    static SentArgs of(CommandArgs<?, ?> args, ByteBuf buffer) {
        SentArgs sent = new SentArgs(args);
        sent.encode(args, buffer);
        return sent;
    }

    private void encode(CommandArgs<?, ?> from, ByteBuf to) {
        from.encode(to);
        wire = to;
        starts = new int[count];
        lengths = new int[count];
        int at = to.readerIndex();
        for (int i = 0; i < count; i++) {
            int length = 0;
            at++;
            for (byte digit = to.getByte(at); digit != '\r'; digit = to.getByte(at)) {
                length = length * 10 + digit - '0';
                at++;
            }
            starts[i] = at + 2;
            lengths[i] = length;
            at += length + 4;
        }
    }

    /**
     * Encodes arguments with something before the first; of the others nothing is known then.
     *
     * @param buffer for what goes between
     */
    static void copyFirst(CommandArgs<?, ?> from, ByteBuf buffer, byte[] before, ByteBuf to) {
        from.encode(buffer);
        if (!buffer.isReadable()) {
            return;
        }
        int at = buffer.readerIndex() + 1;
        int length = 0;
        for (byte digit = buffer.getByte(at); digit != '\r'; digit = buffer.getByte(at)) {
            length = length * 10 + digit - '0';
            at++;
        }
        head(to, before.length + length);
        to.writeBytes(before).writeBytes(buffer, at + 2, buffer.writerIndex() - at - 2);
    }

    int count() {
        return count;
    }

    int length(int number) {
        if (lengths == NOTHING && args != null) {
            encode(args, Unpooled.buffer());
        }
        return lengths[number - 1];
    }

    byte[] bytes(int number) {
        byte[] bytes = new byte[length(number)];
        wire.getBytes(starts[number - 1], bytes);
        return bytes;
    }

    /** In upper case, if it may be a word of Redis's; else empty. */
    String word(int number) {
        return number > count() || length(number) > LONGEST_WORD
                ? ""
                : wire.toString(starts[number - 1], length(number), StandardCharsets.US_ASCII)
                        .toUpperCase(Locale.ROOT);
    }

    /** Appends this argument as it is. */
    void copy(int number, ByteBuf to) {
        head(to, length(number));
        to.writeBytes(wire, starts[number - 1], length(number)).writeByte('\r').writeByte('\n');
    }

    /** Appends this argument with something before it. */
    void copy(byte[] before, int number, ByteBuf to) {
        head(to, before.length + length(number));
        to.writeBytes(before)
                .writeBytes(wire, starts[number - 1], length(number))
                .writeByte('\r')
                .writeByte('\n');
    }

    static void write(byte[] argument, ByteBuf to) {
        head(to, argument.length);
        to.writeBytes(argument).writeByte('\r').writeByte('\n');
    }

    private static void head(ByteBuf to, int length) {
        to.writeByte('$');
        number(to, length);
        to.writeByte('\r').writeByte('\n');
    }

    static void number(ByteBuf to, int number) {
        if (number >= 10) {
            number(to, number / 10);
        }
        to.writeByte('0' + number % 10);
    }
}
