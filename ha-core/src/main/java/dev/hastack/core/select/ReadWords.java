package dev.hastack.core.select;

import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import dev.hastack.core.topology.Words;
import java.time.Duration;
import java.util.Optional;

/** Why a replica that is usable gets no reads, in words for people. */
public final class ReadWords {
    private static final String UNKNOWN_LAG =
            "gets no reads: its lag is unknown, since nothing shows yet that it follows the primary";

    private ReadWords() {}

    /**
     * Why this node gets no reads for the age of its data; empty if it gets some, as far as that goes.
     *
     * @param lag the upper bound of its lag, if one is known
     */
    public static Optional<String> whyNone(Eligible eligible, NodeView node, Optional<Duration> lag) {
        String bound = lag.map(Words::of).orElse("unknown");
        if (eligible.late().contains(node.node())) {
            return Optional.of("gets no reads until its lag is half of max-lag: "
                    + lag.map(age -> "lags by up to " + bound).orElse("lag unknown"));
        }
        if (eligible.unheard().contains(node.node())) {
            return Optional.of("gets no reads for want of news: its data may be up to " + bound
                    + " old since it, or the primary, has not answered for so long; nothing shows that it lags");
        }
        boolean unknown = lag.isEmpty()
                && node.status() == Status.REPLICA
                && eligible.snapshot().primary().isPresent();
        return unknown ? Optional.of(UNKNOWN_LAG) : Optional.empty();
    }
}
