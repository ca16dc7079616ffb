package dev.hastack.core.failure;

import dev.hastack.core.topology.Snapshot;
import java.util.Optional;

/**
 * What is known of a call that failed. Every exception that a call of ha-stack throws implements it and keeps the supertype of its
 * store: {@code SQLException}, {@code RedisException}, {@code IOException}. Where a driver's own exception reaches the caller, {@link
 * #of} reads it, so one {@code catch} serves all stores:
 *
 * <pre>{@code
 * } catch (Exception e) {
 *     StackFailure failure = StackFailure.of(e).orElseThrow(() -> e);
 *     if (failure.retryable()) { ... }
 * }
 * }</pre>
 *
 * <p>{@code StackConfigException} is the failure of no call, and does not implement it. The methods do no I/O. The interface is for
 * ha-stack's modules to implement; it may gain default methods.
 */
public interface StackFailure {

    /** Returns the store that was called: {@code postgres}, {@code redis} or {@code elasticsearch}. */
    String store();

    /** Returns the id of the node at which the call failed; empty if that was none, or is not known. */
    default Optional<String> node() {
        return Optional.empty();
    }

    /** Returns what is known of the call's work. */
    Outcome outcome();

    /** Returns why the call failed. */
    Reason reason();

    /**
     * Returns whether to make the same call again, after a moment, is safe and likely to help. False does not forbid it to a caller
     * that knows the call to be idempotent: then {@link Reason#temporary} decides.
     */
    default boolean retryable() {
        return outcome().repeatable() && reason().temporary();
    }

    /** Returns the topology that the call saw when it failed; empty if that was not the matter, or after serialization. */
    default Optional<Snapshot> topology() {
        return Optional.empty();
    }

    /**
     * Returns what this exception, or one that it was made of, says of the call. It looks at causes, and at suppressed exceptions,
     * since a failed rollback may take the place of what it was to undo. Of several it returns the one with the least certain
     * outcome.
     *
     * @param error of ha-stack, of a driver, or wrapped around such by a future or a framework
     * @return empty if none is of ha-stack or of the driver of a store module on the class path
     */
    static Optional<StackFailure> of(Throwable error) {
        return FailureSearch.in(error);
    }
}
