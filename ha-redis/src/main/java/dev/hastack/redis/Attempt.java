package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandWrapper;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** A call under way at one node: what Lettuce writes there, and completes. */
final class Attempt<K, V, T> extends CommandWrapper<K, V, T> {
    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Attempt> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "state");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<Attempt> WRITTEN =
            AtomicIntegerFieldUpdater.newUpdater(Attempt.class, "written");

    /** It waits for its answer. */
    private static final int OPEN = 0;
    /** Its answer comes in. */
    private static final int ANSWERING = 1;

    private static final int ENDED = 2;

    private final Call<K, V, T> call;
    private final @Nullable RedisChannelWriter writer;
    private final Lane lane;
    /** Where it has turned out to go: not written at first, since a volatile write costs each command. */
    private volatile @Nullable Lane at;

    private final long sentAt;
    private final @Nullable AnswerTap<K, V, T> tap;
    private volatile int state;
    /** Whether Lettuce has written it; set without a fence, since that would cost each command. */
    private volatile int written;
    /** Whether the sweep has looked at it for being late; only the sweep reads and writes it. */
    private boolean late;
    /** Whether it counts against its node; without a fence, since who is late there has hardly failed at the same moment. */
    private boolean failed;
    /** The link of {@link UnderWay}, which alone reads and writes it. */
    @Nullable
    Attempt<?, ?, ?> next;

    Attempt(Call<K, V, T> call, Lane lane, @Nullable RedisChannelWriter writer, long sentAt) {
        super(call.command());
        this.call = call;
        this.lane = lane;
        this.writer = writer;
        this.sentAt = sentAt;
        CommandOutput<K, V, T> output = call.command().getOutput();
        this.tap = call.replayable() && output != null ? new AnswerTap<>(this, output) : null;
    }

    /**
     * Lettuce finds commands under way by it four times each. Its own unwraps them each time, down to the identity of the innermost,
     * which the JVM takes long to make up.
     */
    @Override
    public int hashCode() {
        return Long.hashCode(call.bornAt());
    }

    /** Two attempts of one command are two, unlike Lettuce's wrappers. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    Lane lane() {
        Lane known = at;
        return known == null ? lane : known;
    }

    /** Where it has turned out to go. */
    void at(Lane node) {
        at = node;
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
        return state == ENDED;
    }

    /**
     * Whether its command was over, cancelled or answered elsewhere, before Lettuce came to write it: then Lettuce never does, and
     * nobody would end it.
     */
    boolean passedOver() {
        return written == 0 && super.isDone();
    }

    @Override
    public void encode(ByteBuf out) {
        WRITTEN.lazySet(this, 1);
        super.encode(out);
    }

    /** True once. */
    boolean becomesLate() {
        boolean first = !late;
        late = true;
        return first;
    }

    /** True once: whatever goes wrong with it, it is one call that fails. */
    boolean becomesFailed() {
        boolean first = !failed;
        failed = true;
        return first;
    }

    /**
     * Whether the answer that comes in counts: that of the first attempt to be answered. One that was given up is none any more, however
     * soon after that its answer comes: its call is under way elsewhere by then, and would wait for this one.
     */
    boolean claim() {
        return call.claimedBy(this) || (STATE.compareAndSet(this, OPEN, ANSWERING) && call.claim(this));
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
        return leave(answered) != ENDED;
    }

    /** Ends it; the state that it was in. */
    private int leave(boolean answered) {
        int before = STATE.getAndSet(this, ENDED);
        if (before != ENDED) {
            lane().ended(answered);
        }
        return before;
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
        } else {
            lane().answeredLate(writer);
        }
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        // As a future has it where one went ahead of the connection.
        Throwable cause = error instanceof CompletionException ? error.getCause() : null;
        return fail(cause == null ? error : cause);
    }

    @Override
    public void cancel() {
        boolean unused = fail(new CancellationException("the connection was closed"));
    }

    private boolean fail(Throwable error) {
        int before = leave(false);
        if (before != ENDED) {
            call.failed(this, error, before == ANSWERING);
        }
        return before != ENDED;
    }
}
