package dev.hastack.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes the prefix away from the keys in a reply, and passes it on to the command's own output. Of one thread at a time. */
final class UnprefixedOutput<K, V, T> extends CommandOutput<K, V, T> {
    private final KeyPrefix prefix;
    private final KeysInReply keys;
    private final CommandOutput<K, V, T> whole;
    private int depth;
    /** How many elements have ended, by depth. */
    private int[] ended = new int[4];

    @SuppressWarnings({"unchecked", "NullAway"}) // The superclass wants a codec, and nothing here uses it.
    UnprefixedOutput(KeyPrefix prefix, KeysInReply keys, CommandOutput<K, V, T> whole) {
        super((RedisCodec<K, V>) ByteArrayCodec.INSTANCE, null);
        this.prefix = prefix;
        this.keys = keys;
        this.whole = whole;
    }

    private @Nullable ByteBuffer unprefixed(@Nullable ByteBuffer bytes) {
        if (bytes == null || !keys.at(depth, ended[depth])) {
            return bytes;
        }
        return keys == KeysInReply.CHANNELS ? prefix.channelWithout(bytes) : prefix.without(bytes);
    }

    private void down() {
        depth++;
        if (depth == ended.length) {
            ended = Arrays.copyOf(ended, depth * 2);
        }
        ended[depth] = 0;
    }

    @Override
    public void complete(int left) {
        depth = left;
        ended[depth]++;
        whole.complete(left);
    }

    @Override
    public @Nullable T get() {
        return whole.get();
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        whole.set(unprefixed(bytes));
    }

    @Override
    public void setSingle(@Nullable ByteBuffer bytes) {
        whole.setSingle(unprefixed(bytes));
    }

    @Override
    public void setBigNumber(@Nullable ByteBuffer bytes) {
        whole.setBigNumber(bytes);
    }

    @Override
    public void set(long integer) {
        whole.set(integer);
    }

    @Override
    public void set(double number) {
        whole.set(number);
    }

    @Override
    public void set(boolean value) {
        whole.set(value);
    }

    @Override
    public void setError(ByteBuffer text) {
        whole.setError(text);
    }

    @Override
    public void setError(String text) {
        whole.setError(text);
    }

    @Override
    public boolean hasError() {
        return whole.hasError();
    }

    @Override
    public String getError() {
        return whole.getError();
    }

    @Override
    public void multi(int count) {
        down();
        whole.multi(count);
    }

    @Override
    public void multiArray(int count) {
        down();
        whole.multiArray(count);
    }

    @Override
    public void multiPush(int count) {
        down();
        whole.multiPush(count);
    }

    @Override
    public void multiMap(int count) {
        down();
        whole.multiMap(count);
    }

    @Override
    public void multiSet(int count) {
        down();
        whole.multiSet(count);
    }
}
