package dev.hastack.elasticsearch;

import dev.hastack.core.topology.Kind;
import java.util.Optional;

/**
 * What a failure means for the request, and for others.
 *
 * @param delivery whether the request may have been done
 * @param again whether and when it is worth another attempt
 * @param blame whose failure it is
 * @param kind what it says about the node that was asked, if anything
 */
record Verdict(Delivery delivery, Again again, Blame blame, Optional<Kind> kind) {

    enum Delivery {
        /** It never left. */
        UNSENT,
        /** The server said that it has not done it. */
        REFUSED,
        /** Nobody knows. */
        UNKNOWN
    }

    enum Again {
        NO,
        /** Once, at another node: the shards may have moved just now. */
        ONCE,
        /** At another node, at once. */
        ELSEWHERE,
        /** After a pause. */
        LATER
    }

    enum Blame {
        /** The caller's own matter, or one of configuration: nobody's circuit breaker counts it. */
        NOBODY,
        /** One node. */
        NODE,
        /** The indices that were named. */
        INDEX,
        /** The cluster as a whole. */
        CLUSTER
    }

    static Verdict of(Delivery delivery, Again again, Blame blame) {
        return new Verdict(delivery, again, blame, Optional.empty());
    }

    Verdict with(Kind node) {
        return new Verdict(delivery, again, blame, Optional.of(node));
    }
}
