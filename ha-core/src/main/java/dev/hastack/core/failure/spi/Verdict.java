package dev.hastack.core.failure.spi;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.topology.Kind;
import java.util.Optional;

/**
 * What one error of a driver or a server means for the call, and for others: what the error tables of all stores give.
 *
 * @param outcome whether the call may have been done
 * @param again whether and when it is worth another attempt, if it may be repeated
 * @param blame whose failure it is
 * @param kind what it says about the node that was asked, if anything
 */
public record Verdict(Outcome outcome, Again again, Blame blame, Optional<Kind> kind) {

    /** When another attempt may succeed. */
    public enum Again {
        /** Never. */
        NO,
        /** Once, at another node: the shards may have moved just now. */
        ONCE,
        /** At another node, at once. */
        ELSEWHERE,
        /** After a pause. */
        LATER
    }

    /** Whose failure it is. */
    public enum Blame {
        /** The caller's own matter, or one of configuration: no circuit breaker counts it. */
        NOBODY,
        /** One node's. */
        NODE,
        /** The indices' that were named. */
        INDEX,
        /** The cluster's as a whole. */
        CLUSTER
    }

    /** Returns a verdict that says nothing about the node. */
    public static Verdict of(Outcome outcome, Again again, Blame blame) {
        return new Verdict(outcome, again, blame, Optional.empty());
    }

    /** Returns the same verdict, which says this about the node as well. */
    public Verdict with(Kind node) {
        return new Verdict(outcome, again, blame, Optional.of(node));
    }

    /** Returns the reason that callers are given. */
    public Reason reason() {
        if (kind.isPresent()) {
            return Reason.of(kind.get());
        } else if (blame != Blame.NOBODY) {
            return Reason.UNAVAILABLE;
        }
        return again == Again.LATER ? Reason.CONFLICT : Reason.REFUSED;
    }
}
