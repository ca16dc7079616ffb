package dev.hastack.redis.queue;

import java.util.concurrent.atomic.AtomicReference;

/** A job in this consumer's hands, from its delivery until Redis has heard how it ended. */
final class Held {
    private enum State {
        WAITING,
        RUNNING,
        GONE
    }

    private final Delivery delivery;
    private final long since = System.nanoTime();
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

    /** True once, unless it was {@linkplain #drop dropped}. */
    boolean start() {
        return state.compareAndSet(State.WAITING, State.RUNNING);
    }

    /** True once, unless it has {@linkplain #start started}. */
    boolean drop() {
        return state.compareAndSet(State.WAITING, State.GONE);
    }
}
