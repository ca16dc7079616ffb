package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisChannelWriter;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** A node of a Redis Cluster, and what the last probe found. Thread-safe. */
final class ClusterNode implements Lane {
    private final String id;
    private final Address address;
    private final int rank;
    private final Runnable hint;
    private final NodeBreaker breaker;
    /** Null before the first probe. */
    private volatile @Nullable Verdict verdict;

    /**
     * What a probe found.
     *
     * @param fault why it cannot be used, or null
     * @param linked whether it is in touch with its primary; true for a primary
     */
    record Verdict(@Nullable String fault, boolean linked) {}

    /**
     * @param rank how near it is: nodes of the lowest serve reads first
     * @param hint told that an answer gives reason for a probe; must not block
     */
    ClusterNode(String id, Address address, int rank, Runnable hint) {
        this.id = id;
        this.address = address;
        this.rank = rank;
        this.hint = hint;
        this.breaker = new NodeBreaker("ha-redis-" + id, Clock.systemUTC());
    }

    Address address() {
        return address;
    }

    int rank() {
        return rank;
    }

    @Nullable
    Verdict verdict() {
        return verdict;
    }

    void judge(Verdict next) {
        verdict = next;
    }

    /** Whether nothing is known that speaks against connecting to it. */
    boolean answers() {
        Verdict last = verdict;
        return last == null || last.fault() == null;
    }

    /** Whether it should get reads, if there is another. */
    boolean well() {
        Verdict last = verdict;
        return answers() && (last == null || last.linked()) && !breaker.open();
    }

    @Override
    public String node() {
        return id;
    }

    @Override
    public NodeBreaker breaker() {
        return breaker;
    }

    @Override
    public void ended(boolean answered) {
        if (answered) {
            breaker.returned();
        }
    }

    @Override
    public void report(Kind kind, String error) {
        if (kind == Kind.OVERLOADED) {
            breaker.failed(RedisErrors.exception(error));
        }
        hint.run();
    }

    @Override
    public void broken(@Nullable RedisChannelWriter with) {
        hint.run();
    }

    @Override
    public String lost(Throwable error) {
        return "the answer of " + id + " was lost (" + error.getMessage() + ")";
    }

    @Override
    public String toString() {
        return id;
    }
}
