package dev.hastack.elasticsearch;

import dev.hastack.core.guard.NodeBreaker;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a publication that fails from harming others: how many of its requests are under way, and a circuit breaker each for its
 * reads and its writes, since what stops the ones may leave the others well. The cluster has one, too. Thread-safe.
 */
final class Guard {
    private final String name;
    /** Apart, so that writes that wait for a shard take no places of searches that its other copy could answer. */
    private final AtomicInteger readsUnderWay = new AtomicInteger();

    private final AtomicInteger writesUnderWay = new AtomicInteger();
    private volatile NodeBreaker reads;
    private volatile NodeBreaker writes;
    private volatile @Nullable Throwable lastFailure;
    private volatile boolean used = true;

    /** @param name for messages: {@code publication news} */
    Guard(String name) {
        this.name = name;
        this.reads = breaker("reads");
        this.writes = breaker("writes");
    }

    private NodeBreaker breaker(String of) {
        return NodeBreaker.ofCalls("ha-elasticsearch-" + of + "-" + name, Clock.systemUTC());
    }

    /** Forgets what failed. */
    void forgive() {
        reads = breaker("reads");
        writes = breaker("writes");
    }

    String name() {
        return name;
    }

    private NodeBreaker breaker(boolean read) {
        return read ? reads : writes;
    }

    /** Takes a place for one read, or write, unless {@code most} are taken. */
    boolean enter(boolean read, int most) {
        used = true;
        AtomicInteger underWay = underWay(read);
        if (underWay.incrementAndGet() > most) {
            underWay.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave(boolean read) {
        underWay(read).decrementAndGet();
    }

    private AtomicInteger underWay(boolean read) {
        return read ? readsUnderWay : writesUnderWay;
    }

    /** Whether the breaker lets a request pass; who passes tells how it went. */
    boolean permits(boolean read) {
        return breaker(read).permits();
    }

    void succeeded(boolean read) {
        breaker(read).returned();
    }

    void failed(boolean read, Throwable error) {
        lastFailure = error;
        breaker(read).failed(error);
    }

    /** Whether it keeps requests away now. */
    boolean open(boolean read) {
        return breaker(read).open();
    }

    /** For an error message: why it keeps requests away. */
    String why() {
        Throwable last = lastFailure;
        return "the circuit breaker of " + name + " is open, since half of the requests of the last ten seconds failed"
                + (last == null ? "" : "; the last: " + last.getMessage());
    }

    /** Whether it may be forgotten: nothing is under way, nothing has been since the last call, and no failure is remembered. */
    boolean idle() {
        boolean was = used;
        used = false;
        return !was && readsUnderWay.get() == 0 && writesUnderWay.get() == 0 && !reads.armed() && !writes.armed();
    }
}
