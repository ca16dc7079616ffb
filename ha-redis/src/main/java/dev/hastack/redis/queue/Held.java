package dev.hastack.redis.queue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A job in this consumer's hands, from its delivery until Redis has heard how it ended. */
final class Held {
    private enum State {
        WAITING,
        RUNNING,
        GONE
    }

    private final Delivery delivery;
    private final long since = System.nanoTime();
    /** What is told again, since Redis has not heard how it ended. */
    private final AtomicReference<@Nullable Runnable> unheard = new AtomicReference<>();

    private final AtomicBoolean claimed = new AtomicBoolean();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    Held(Delivery delivery) {
        this.delivery = delivery;
    }

    Job job() {
        return delivery.job();
    }

    String entry() {
        return delivery.entry();
    }

    boolean olderThan(long nanos) {
        return System.nanoTime() - since > nanos;
    }

    boolean running() {
        return state.get() == State.RUNNING;
    }

    /** Another consumer has claimed it. True once, since that stays so. */
    boolean claimedByAnother() {
        return claimed.compareAndSet(false, true);
    }

    /** It has ended, and Redis could not be told; this tells it again. */
    void unheard(Runnable again) {
        unheard.set(again);
    }

    /** Tells Redis again how it ended, if Redis has not heard. */
    void tellAgain() {
        Runnable again = unheard.getAndSet(null);
        if (again != null) {
            again.run();
        }
    }

    /** True once, unless it was {@linkplain #drop dropped}. */
    boolean start() {
        return state.compareAndSet(State.WAITING, State.RUNNING);
    }

    /** True once, unless it has {@linkplain #start started}. */
    boolean drop() {
        return state.compareAndSet(State.WAITING, State.GONE);
    }
}
