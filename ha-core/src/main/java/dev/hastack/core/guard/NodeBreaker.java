package dev.hastack.core.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one node and generation, or of another part of a store that fails alone. It is armed by the first failure, records outcomes only while armed, and
 * disarms after ten seconds without a failure: a healthy node costs its callers one volatile read. Its verdict is a
 * preference among nodes, never the last word on the only one. Thread-safe.
 *
 * <p>Armed, it opens when half of the calls of the last ten seconds failed, of five or more; after one second, and each
 * time longer up to thirty, three calls may try again. The window is one of time, since one of calls would keep the
 * failures of a quiet service for hours (docs/decisions.md).
 */
public final class NodeBreaker {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    /**
     * In percent. A call that fails and leaves its connection alive is recorded twice: as a failure, and when its connection
     * comes back. So a third of what is recorded are half of the calls.
     */
    private static final float THRESHOLD = 33;

    private static final CircuitBreakerConfig.Builder CONFIG = CircuitBreakerConfig.custom()
            .slidingWindow(
                    (int) WINDOW.toSeconds(),
                    5,
                    CircuitBreakerConfig.SlidingWindowType.TIME_BASED,
                    CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.LOCK_FREE)
            .failureRateThreshold(THRESHOLD)
            .permittedNumberOfCallsInHalfOpenState(3)
            .writableStackTraceEnabled(false);

    /** Of a node, which others stand in for meanwhile. */
    private static final IntervalFunction GROWING =
            IntervalFunction.ofExponentialRandomBackoff(Duration.ofSeconds(1), 2, 0.3, Duration.ofSeconds(30));

    /** Of what nothing stands in for: what was mended must not wait. */
    private static final IntervalFunction STEADY = IntervalFunction.ofRandomized(Duration.ofSeconds(1), 0.3);

    private final String name;
    private final Clock clock;
    private final CircuitBreakerConfig config;
    private final ReentrantLock arming = new ReentrantLock();
    private volatile @Nullable CircuitBreaker armed;
    private volatile long failedAt;

    public NodeBreaker(String name, Clock clock) {
        this(name, clock, THRESHOLD, GROWING);
    }

    private NodeBreaker(String name, Clock clock, float threshold, IntervalFunction wait) {
        this.name = name;
        this.clock = clock;
        this.config = new CircuitBreakerConfig.Builder(CONFIG.build())
                .clock(clock)
                .failureRateThreshold(threshold)
                .waitIntervalFunctionInOpenState(wait)
                .build();
    }

    /** For calls that are told of once each, as failed or as returned, and that nothing else serves: it stays open for a second. */
    public static NodeBreaker ofCalls(String name, Clock clock) {
        return new NodeBreaker(name, clock, 50, STEADY);
    }

    /** Whether a call should go to this node, if there is another; takes one of the trials of a half-open breaker. */
    public boolean permits() {
        CircuitBreaker breaker = armed;
        return breaker == null || breaker.tryAcquirePermission() || calm();
    }

    /** Whether it keeps calls away now; takes no trial. */
    public boolean open() {
        CircuitBreaker breaker = armed;
        return breaker != null && breaker.getState() == CircuitBreaker.State.OPEN;
    }

    /** Whether a failure is remembered. */
    public boolean armed() {
        return armed != null && !calm();
    }

    /** A call failed for a reason that is the node's, and not the caller's own. */
    public void failed(Throwable error) {
        failedAt = clock.millis();
        CircuitBreaker breaker = armed;
        if (breaker == null) {
            breaker = arm();
        }
        breaker.onError(0, TimeUnit.NANOSECONDS, error);
    }

    private CircuitBreaker arm() {
        arming.lock();
        try {
            CircuitBreaker breaker = armed;
            if (breaker == null) {
                breaker = CircuitBreaker.of(name, config);
                armed = breaker;
            }
            return breaker;
        } finally {
            arming.unlock();
        }
    }

    /** A caller has given its connection back, whatever it did with it. */
    public void returned() {
        CircuitBreaker breaker = armed;
        if (breaker != null && !calm()) {
            breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        }
    }

    /** Disarms after a window without failure, also where a trial was lent and never came back. */
    private boolean calm() {
        boolean calm = clock.millis() - failedAt > WINDOW.toMillis() && !open();
        if (calm) {
            armed = null;
        }
        return calm;
    }
}
