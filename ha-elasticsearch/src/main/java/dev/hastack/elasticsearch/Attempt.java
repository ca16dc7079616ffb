package dev.hastack.elasticsearch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A request on its way to one node. Ends exactly once: with what the client says, or when it is given up. */
final class Attempt<R> {
    private final NodeChannel channel;
    private final NodeChannel.Client client;
    private final int generation;
    private final long sentAt;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable CompletableFuture<R> future;

    /** @param generation of the node, which news of it have to be of */
    Attempt(NodeChannel channel, int generation, long sentAt) {
        this.channel = channel;
        this.client = channel.begin();
        this.generation = generation;
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

    /** What the client has to say; aborted at once if the attempt was given up meanwhile. */
    void under(CompletableFuture<R> way) {
        future = way;
        if (ended.get()) {
            abort();
        }
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

    private void abort() {
        CompletableFuture<R> way = future;
        if (way != null) {
            boolean unused = way.cancel(true);
        }
    }
}
