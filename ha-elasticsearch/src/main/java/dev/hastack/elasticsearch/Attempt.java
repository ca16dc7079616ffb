package dev.hastack.elasticsearch;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A request on its way to one node. Ends exactly once: with what the client says, or when it is given up. */
final class Attempt<R> {
    private final NodeChannel channel;
    private final NodeChannel.Client client;
    private final int generation;
    private final Map<String, String> shown;
    private final long sentAt;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean doubted = new AtomicBoolean();
    private volatile @Nullable CompletableFuture<R> future;

    /** @param generation of the node, which news of it have to be of */
    Attempt(NodeChannel channel, int generation, long sentAt) {
        this.channel = channel;
        this.client = channel.begin();
        this.generation = generation;
        this.shown = channel.target().headers();
        this.sentAt = sentAt;
    }

    NodeChannel channel() {
        return channel;
    }

    NodeChannel.Client client() {
        return client;
    }

    int generation() {
        return generation;
    }

    long sentAt() {
        return sentAt;
    }

    /** Whether it has had no answer for so many ns; told once. */
    boolean silent(long now, long after) {
        return now - sentAt >= after && !ended.get() && doubted.compareAndSet(false, true);
    }

    /** Whether another attempt would show other credentials than this one has. */
    boolean renewed() {
        return channel.target().identity().renewed() != shown;
    }

    /** What the client has to say; aborted at once if the attempt was given up meanwhile. */
    void under(CompletableFuture<R> way) {
        future = way;
        if (ended.get()) {
            abort();
        }
    }

    /** Whether it was answered, has failed, or was given up. */
    boolean over() {
        return ended.get();
    }

    /** Counts it as no longer under way; false if that was done before. */
    boolean end(boolean answered) {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        channel.ended(client, answered);
        return true;
    }

    /** Nobody waits for it any more: frees its connection. */
    void giveUp() {
        if (end(false)) {
            abort();
        }
    }

    /** Frees its connection. */
    void abort() {
        CompletableFuture<R> way = future;
        if (way != null) {
            boolean unused = way.cancel(true);
        }
    }
}
