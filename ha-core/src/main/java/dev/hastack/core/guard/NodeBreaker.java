package dev.hastack.core.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one node and generation, or of another part of a store that fails alone. It opens when half of the calls of the
 * last ten seconds failed, of five or more, or half of those of the last second, of twenty or more; after one second, and each
 * time longer up to thirty, three calls may try again, and where these bring no verdict, another from time to time. The window is
 * one of time, since one of calls would keep the failures of a quiet service for hours (docs/decisions.md, PG-28, CORE-33). So is its time its
 * own: a computer's clock is set, and would have it stay open until that has caught up.
 *
 * <p>Calls that go well are counted by whoever has a count of them anyway; beside that a healthy node costs its callers one volatile
 * read. The verdict is a preference among nodes, never the last word on the only one. Thread-safe.
 */
public final class NodeBreaker {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    /**
     * In percent, of the trials. A call that fails and leaves its connection alive is recorded twice among them: as a failure, and when its
     * connection comes back. So a third of what is recorded are half of the calls.
     */
    private static final float THRESHOLD = 33;

    /** So many calls may try at a time. */
    private static final int TRIALS = 3;

    private static final CircuitBreakerConfig.Builder CONFIG = CircuitBreakerConfig.custom()
            .slidingWindow(
                    (int) WINDOW.toSeconds(),
                    5,
                    CircuitBreakerConfig.SlidingWindowType.TIME_BASED,
                    CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.LOCK_FREE)
            .failureRateThreshold(THRESHOLD)
            .permittedNumberOfCallsInHalfOpenState(TRIALS)
            .writableStackTraceEnabled(false);

    /** Of a node, which others stand in for meanwhile. */
    private static final IntervalFunction GROWING =
            IntervalFunction.ofExponentialRandomBackoff(Duration.ofSeconds(1), 2, 0.3, Duration.ofSeconds(30));

    /** Of what nothing stands in for: what was mended must not wait. */
    private static final IntervalFunction STEADY = IntervalFunction.ofRandomized(Duration.ofSeconds(1), 0.3);

    private final String name;
    private final Clock clock;
    private final CircuitBreakerConfig config;
    /** In ms: a trial that has brought no verdict for so long may never do so, and another call may try. */
    private final long pace;

    private final CallWindow calls;
    /** Null where the calls that came back are counted elsewhere. */
    private final @Nullable LongAdder own;

    private final ReentrantLock arming = new ReentrantLock();
    private volatile @Nullable CircuitBreaker armed;
    private volatile long failedAt;
    /** When an open one may be tried again, in ms of the clock. */
    private volatile long retryAt;

    /** How many trials are out since then, and when the last one went. */
    private final AtomicInteger trials = new AtomicInteger();

    private final AtomicLong triedAt = new AtomicLong();

    /** Creates one that counts by itself the calls that come back. */
    public NodeBreaker(String name) {
        this(name, new MonotonicClock());
    }

    /**
     * Creates one for calls that are counted already.
     *
     * @param returned how many calls have come back by now, as {@link #returned} is told of; read every few hundred ms, and at
     *     every failure
     */
    public NodeBreaker(String name, LongSupplier returned) {
        this(name, new MonotonicClock(), null, returned, THRESHOLD, GROWING, 1_000);
    }

    NodeBreaker(String name, Clock clock) {
        this(name, clock, new LongAdder(), THRESHOLD, GROWING, 1_000);
    }

    private NodeBreaker(String name, Clock clock, LongAdder own, float threshold, IntervalFunction wait, long pace) {
        this(name, clock, own, own::sum, threshold, wait, pace);
    }

    private NodeBreaker(
            String name,
            Clock clock,
            @Nullable LongAdder own,
            LongSupplier returned,
            float threshold,
            IntervalFunction wait,
            long pace) {
        this.name = name;
        this.clock = clock;
        this.own = own;
        this.calls = new CallWindow(returned, clock.millis());
        this.pace = pace;
        this.config = new CircuitBreakerConfig.Builder(CONFIG.build())
                .clock(clock)
                .failureRateThreshold(threshold)
                .waitIntervalFunctionInOpenState(attempt -> {
                    long millis = wait.apply(attempt);
                    retryAt = clock.millis() + millis;
                    trials.set(0);
                    // It is added to a time that is read later.
                    return millis - 1;
                })
                .build();
    }

    /**
     * Returns one for calls that are reported once each, as failed or as returned, and that nothing else serves: it stays open for a second.
     *
     * @param returned how many calls have come back by now, as {@link #returned} is told of
     */
    public static NodeBreaker ofCalls(String name, LongSupplier returned) {
        return new NodeBreaker(name, new MonotonicClock(), null, returned, 50, STEADY, 100);
    }

    static NodeBreaker ofCalls(String name, Clock clock) {
        return new NodeBreaker(name, clock, new LongAdder(), 50, STEADY, 100);
    }

    /** Whether a call should go to this node, if there is another; takes one of the trials of a half-open breaker. */
    public boolean permits() {
        CircuitBreaker breaker = armed;
        return breaker == null || tries(breaker) || calm() || triesInstead(breaker);
    }

    private boolean tries(CircuitBreaker breaker) {
        if (!breaker.tryAcquirePermission()) {
            return false;
        }
        if (breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
            trials.incrementAndGet();
            triedAt.set(clock.millis());
        }
        return true;
    }

    /** Whether it may try in place of those that are out: they may hang, or be cancelled, or end as somebody else's fault. */
    private boolean triesInstead(CircuitBreaker breaker) {
        long last = triedAt.get();
        long now = clock.millis();
        return breaker.getState() == CircuitBreaker.State.HALF_OPEN
                && now - last >= pace
                && triedAt.compareAndSet(last, now);
    }

    /** A call that was permitted has ended, and tells nothing about what this guards: another may try in its place. */
    public void withdrawn() {
        CircuitBreaker breaker = armed;
        if (breaker != null && trials.getAndUpdate(out -> Math.max(0, out - 1)) > 0) {
            breaker.releasePermission();
        }
    }

    /**
     * Whether it keeps calls away now; takes no trial. It does not any more once its time is over, whoever asks: where others
     * serve, nobody may ever ask {@link #permits} of it.
     */
    public boolean open() {
        return nextTrial().isPresent();
    }

    /** In which time it is tried again, or by another call; empty unless it is {@link #open}. */
    public Optional<Duration> nextTrial() {
        CircuitBreaker breaker = armed;
        if (breaker == null) {
            return Optional.empty();
        }
        long left = left(breaker);
        return left > 0 ? Optional.of(Duration.ofMillis(left)) : Optional.empty();
    }

    /** For how many ms it keeps calls away. */
    private long left(CircuitBreaker breaker) {
        return switch (breaker.getState()) {
            case OPEN -> retryAt - clock.millis();
            case HALF_OPEN -> trials.get() < TRIALS ? 0 : triedAt.get() + pace - clock.millis();
            default -> 0;
        };
    }

    /** Whether a failure is remembered. */
    public boolean armed() {
        return armed != null && !calm();
    }

    /** A call failed for a reason that is the node's, and not the caller's own; it is not reported as {@link #returned}. */
    public void failed(Throwable error) {
        failed(error, false);
    }

    /**
     * A call failed for a reason that is the node's, and not the caller's own.
     *
     * @param returned whether it is, or will be, reported as {@link #returned} as well
     */
    public void failed(Throwable error, boolean returned) {
        // What failed long ago is not held against it.
        calm();
        long now = clock.millis();
        failedAt = now;
        CircuitBreaker breaker = armed;
        if (breaker == null) {
            breaker = arm();
        }
        endTime(breaker);
        boolean half = calls.failed(returned, now);
        if (breaker.getState() != CircuitBreaker.State.CLOSED) {
            breaker.onError(0, TimeUnit.NANOSECONDS, error);
        } else if (half) {
            open(breaker);
        }
    }

    /** Of many that fail at once the first opens it. */
    private void open(CircuitBreaker breaker) {
        arming.lock();
        try {
            if (breaker.getState() == CircuitBreaker.State.CLOSED) {
                breaker.transitionToOpenState();
            }
        } finally {
            arming.unlock();
        }
    }

    /** Notes how many calls have come back by now; to be called several times a second, from any thread. */
    public void look() {
        calls.look(clock.millis());
    }

    private CircuitBreaker arm() {
        arming.lock();
        try {
            CircuitBreaker breaker = armed;
            if (breaker == null) {
                breaker = CircuitBreaker.of(name, config);
                breaker.getEventPublisher().onStateTransition(event -> {
                    if (event.getStateTransition().getToState() == CircuitBreaker.State.CLOSED) {
                        calls.forgive();
                    }
                });
                armed = breaker;
            }
            return breaker;
        } finally {
            arming.unlock();
        }
    }

    /** A call has come back, however it ended. */
    public void returned() {
        if (own != null) {
            own.increment();
        }
        CircuitBreaker breaker = armed;
        if (breaker != null && !calm()) {
            endTime(breaker);
            if (breaker.getState() != CircuitBreaker.State.CLOSED) {
                breaker.onSuccess(0, TimeUnit.NANOSECONDS);
            }
        }
    }

    /** Where nobody asked {@link #permits}: what comes after its time decides, as trials do. */
    private void endTime(CircuitBreaker breaker) {
        if (breaker.getState() == CircuitBreaker.State.OPEN
                && clock.millis() >= retryAt
                && breaker.tryAcquirePermission()) {
            breaker.releasePermission();
        }
    }

    /**
     * Disarms after a window without failure in which calls could be made, also where a trial was lent and never came back. Where trials go
     * on and none brings a verdict, all others would hang as they do.
     */
    private boolean calm() {
        CircuitBreaker breaker = armed;
        boolean calm = breaker != null && clock.millis() - lastNews(breaker) > WINDOW.toMillis();
        if (calm) {
            armed = null;
        }
        return calm;
    }

    private long lastNews(CircuitBreaker breaker) {
        long failed = Math.max(failedAt, retryAt);
        return breaker.getState() == CircuitBreaker.State.HALF_OPEN ? Math.max(failed, triedAt.get()) : failed;
    }
}
