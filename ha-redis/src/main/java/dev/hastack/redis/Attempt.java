package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandWrapper;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** A call under way at one node: what Lettuce writes there, and completes. */
final class Attempt<K, V, T> extends CommandWrapper<K, V, T> {
    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Attempt> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "ended");

    private final Call<K, V, T> call;
    private final @Nullable RedisChannelWriter writer;
    private volatile Lane lane;
    private final long sentAt;
    private final @Nullable AnswerTap<K, V, T> tap;
    private volatile int ended;
    /** Whether the sweep has looked at it for being late; only the sweep reads and writes it. */
    private boolean late;

    Attempt(Call<K, V, T> call, Lane lane, @Nullable RedisChannelWriter writer, long sentAt) {
        super(call.command());
        this.call = call;
        this.lane = lane;
        this.writer = writer;
        this.sentAt = sentAt;
        CommandOutput<K, V, T> output = call.command().getOutput();
        this.tap = call.replayable() && output != null ? new AnswerTap<>(this, output) : null;
    }

    Lane lane() {
        return lane;
    }

    /** Where it has turned out to go. */
    void at(Lane node) {
        lane = node;
    }

    Call<K, V, T> call() {
        return call;
    }

    /** Of the connection that it was sent on, unless Lettuce chose it. */
    @Nullable
    RedisChannelWriter writer() {
        return writer;
    }

    long sentAt() {
        return sentAt;
    }

    /** Whether the node has answered, or will not. */
    boolean ended() {
        return ended != 0;
    }

    /** True once. */
    boolean becomesLate() {
        boolean first = !late;
        late = true;
        return first;
    }

    /** Whether the answer that comes in counts: that of the first attempt to be answered. */
    boolean claim() {
        return call.claim(this);
    }

    boolean claimed() {
        return call.claimedBy(this);
    }

    @Override
    @SuppressWarnings("NullAway") // Lettuce allows for commands without output.
    public CommandOutput<K, V, T> getOutput() {
        return tap == null ? super.getOutput() : tap;
    }

    @Override
    public boolean isDone() {
        return ended() || super.isDone();
    }

    /** Counts it as no longer under way; false if that was done before. */
    boolean end(boolean answered) {
        if (!ENDED.compareAndSet(this, 0, 1)) {
            return false;
        }
        lane.ended(answered);
        return true;
    }

    @Override
    public void complete() {
        if (end(true)) {
            CommandOutput<K, V, T> output = getOutput();
            String error = output == null ? null : output.getError();
            if (error == null) {
                call.answered(this, tap == null);
            } else if (tap != null && claimed()) {
                call.answered(this, true);
            } else {
                call.refused(this, error);
            }
        }
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        if (!end(false)) {
            return false;
        }
        // As a future has it where one went ahead of the connection.
        Throwable cause = error instanceof CompletionException ? error.getCause() : null;
        call.failed(this, cause == null ? error : cause);
        return true;
    }

    @Override
    public void cancel() {
        if (end(false)) {
            call.failed(this, new CancellationException("the connection was closed"));
        }
    }
}
