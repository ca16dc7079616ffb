package dev.hastack.elasticsearch;

import dev.hastack.core.guard.NodeBreaker;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a publication that fails from harming others: how many of its requests are under way, and a circuit breaker each for its
 * reads and its writes, since what stops the ones may leave the others well. The cluster has one, too. Thread-safe.
 */
final class Guard {
    private final String name;
    /** Apart, so that writes that wait for a shard take no places of searches that its other copy could answer. */
    private final Slots reading = new Slots();

    private final Slots writing = new Slots();
    private final LongAdder readsDone = new LongAdder();
    private final LongAdder writesDone = new LongAdder();
    private volatile NodeBreaker reads;
    private volatile NodeBreaker writes;
    private volatile @Nullable Throwable lastFailure;
    private volatile boolean used = true;

    /** @param name for messages: {@code publication news} */
    Guard(String name) {
        this.name = name;
        this.reads = breaker("reads", readsDone);
        this.writes = breaker("writes", writesDone);
    }

    private NodeBreaker breaker(String of, LongAdder done) {
        return NodeBreaker.ofCalls("ha-elasticsearch-" + of + "-" + name, done::sum);
    }

    /** Forgets what failed. */
    void forgive() {
        reads = breaker("reads", readsDone);
        writes = breaker("writes", writesDone);
    }

    String name() {
        return name;
    }

    private NodeBreaker breaker(boolean read) {
        return read ? reads : writes;
    }

    /**
     * Takes a place for one read, or write, or waits for one.
     *
     * @param most that may be under way
     * @param waiting how many may wait
     */
    Slots.Entry enter(boolean read, Slots.Waiter waiter, int most, int waiting) {
        used = true;
        return slots(read).enter(waiter, most, waiting);
    }

    void leave(boolean read) {
        slots(read).leave();
    }

    /** It waits no more. */
    void forget(boolean read, Slots.Waiter waiter) {
        slots(read).forget(waiter);
    }

    private Slots slots(boolean read) {
        return read ? reading : writing;
    }

    /** Whether the breaker lets a request pass; who passes tells how it went: well, or ill, or that it was withdrawn. */
    boolean permits(boolean read) {
        return breaker(read).permits();
    }

    /** How many reads, or writes, have gone well by now. */
    long done(boolean read) {
        return doneOf(read).sum();
    }

    private LongAdder doneOf(boolean read) {
        return read ? readsDone : writesDone;
    }

    void succeeded(boolean read) {
        doneOf(read).increment();
        NodeBreaker breaker = breaker(read);
        breaker.returned();
        breaker.look();
    }

    void failed(boolean read, Throwable error) {
        lastFailure = error;
        breaker(read).failed(error);
    }

    /** Whether it keeps requests away now. */
    boolean open(boolean read) {
        return breaker(read).open();
    }

    /** How it went tells nothing about what this guards: somebody else's fault, or its caller did not wait. */
    void withdrawn(boolean read) {
        breaker(read).withdrawn();
    }

    /** Returns a sentence for the reads and one for the writes that it keeps away, with how long and why. */
    Stream<String> closures() {
        return Stream.of(true, false)
                .flatMap(read -> breaker(read).nextTrial().stream()
                        .map(in -> (read ? "Reads" : "Writes") + " of " + name + " are kept away, and tried again in "
                                + in.toMillis() + " ms: " + why()));
    }

    /** For an error message: why it keeps requests away. */
    String why() {
        Throwable last = lastFailure;
        return "the circuit breaker of " + name + " is open, since half of the requests of the last seconds failed"
                + (last == null ? "" : "; the last: " + last.getMessage());
    }

    /** Whether it may be forgotten: nothing is under way, nothing has been since the last call, and no failure is remembered. */
    boolean idle() {
        boolean was = used;
        used = false;
        return !was && reading.unused() && writing.unused() && !reads.armed() && !writes.armed();
    }
}
