package dev.hastack.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt's answer is written to: passed on to the command's own output if this attempt is the first to be
 * answered, and dropped otherwise. So a command can be under way at two nodes, and its output is of one. An error reply
 * stays here, since another attempt may do better.
 *
 * <p>For the reasons, see docs/decisions.md, RED-4.
 */
final class AnswerTap<K, V, T> extends CommandOutput<K, V, T> {
    private final Attempt<K, V, T> attempt;
    private final CommandOutput<K, V, T> whole;

    @SuppressWarnings({"unchecked", "NullAway"}) // The superclass wants a codec, and nothing here uses it.
    AnswerTap(Attempt<K, V, T> attempt, CommandOutput<K, V, T> whole) {
        super((RedisCodec<K, V>) ByteArrayCodec.INSTANCE, null);
        this.attempt = attempt;
        this.whole = whole;
    }

    private boolean first() {
        return attempt.claim();
    }

    @Override
    public @Nullable T get() {
        return whole.get();
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        if (first()) {
            whole.set(bytes);
        }
    }

    @Override
    public void setSingle(@Nullable ByteBuffer bytes) {
        if (first()) {
            whole.setSingle(bytes);
        }
    }

    @Override
    public void setBigNumber(@Nullable ByteBuffer bytes) {
        if (first()) {
            whole.setBigNumber(bytes);
        }
    }

    @Override
    public void set(long integer) {
        if (first()) {
            whole.set(integer);
        }
    }

    @Override
    public void set(double number) {
        if (first()) {
            whole.set(number);
        }
    }

    @Override
    public void set(boolean value) {
        if (first()) {
            whole.set(value);
        }
    }

    @Override
    public void setError(ByteBuffer text) {
        if (attempt.claimed()) {
            // Within an answer, as of a script or of EXEC: a part of it.
            whole.setError(text);
        } else {
            super.setError(text);
        }
    }

    @Override
    public void complete(int depth) {
        if (attempt.claimed()) {
            whole.complete(depth);
        }
    }

    @Override
    public void multi(int count) {
        if (first()) {
            whole.multi(count);
        }
    }

    @Override
    public void multiArray(int count) {
        if (first()) {
            whole.multiArray(count);
        }
    }

    @Override
    public void multiPush(int count) {
        if (first()) {
            whole.multiPush(count);
        }
    }

    @Override
    public void multiMap(int count) {
        if (first()) {
            whole.multiMap(count);
        }
    }

    @Override
    public void multiSet(int count) {
        if (first()) {
            whole.multiSet(count);
        }
    }
}
