package dev.hastack.core.failure;

import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.util.Locale;
import java.util.Optional;

/**
 * Why one node could not take a call: its last failure, or why it may not be used. Suppressed by the exception of a call that found no
 * node, once for each node that is not as it should be. Has no stack trace, since it says what was known before the call.
 */
public final class NodeFailedException extends Exception implements StackFailure {
    private final String store;
    private final String node;
    private final Reason reason;

    private NodeFailedException(String store, String node, String message, Reason reason) {
        super(message, null, false, false);
        this.store = store;
        this.node = node;
        this.reason = reason;
    }

    /** For store modules: adds one for each node of this topology that has failed, or may not be used, to what the error suppresses. */
    public static void suppress(Throwable error, String store, Snapshot seen) {
        for (NodeView view : seen.nodes().values()) {
            of(store, view, seen).ifPresent(error::addSuppressed);
        }
    }

    /** For store modules whose topology is no {@link Snapshot}: adds one for this node to what the error suppresses. */
    public static void suppress(Throwable error, String store, String node, String why) {
        error.addSuppressed(new NodeFailedException(store, node, node + ": " + why, Reason.UNAVAILABLE));
    }

    private static Optional<NodeFailedException> of(String store, NodeView view, Snapshot seen) {
        Optional<Failure> failure = view.failure();
        if (failure.isEmpty() && (view.status().usable() || view.status() == Status.UNKNOWN)) {
            return Optional.empty();
        }
        String words = view.node() + " is "
                + (view.suspect().isPresent() ? "suspect" : view.status().name())
                + failure.map(last -> ": "
                                + last.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " at " + last.at()
                                + " (" + last.cause() + ")")
                        .or(() -> seen.refusal(view).map(why -> ": " + why))
                        .orElse("");
        return Optional.of(new NodeFailedException(
                store,
                view.node(),
                words,
                failure.map(last -> Reason.of(last.kind())).orElse(Reason.UNAVAILABLE)));
    }

    @Override
    public String store() {
        return store;
    }

    @Override
    public Optional<String> node() {
        return Optional.of(node);
    }

    @Override
    public Outcome outcome() {
        return Outcome.NOT_SENT;
    }

    @Override
    public Reason reason() {
        return reason;
    }
}
