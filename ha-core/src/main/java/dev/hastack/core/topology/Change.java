package dev.hastack.core.topology;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What became different, in order; what listeners are told. A Redis Cluster has a primary for each of its shards: of a failover, it reports the
 * loss of one and the finding of another, and never that it moved.
 */
public sealed interface Change {

    /** There is a primary, and it is the one there was before, or the first. */
    record PrimaryFound(String node) implements Change {}

    /** There is no primary any more. */
    record PrimaryLost(String node, String reason) implements Change {}

    /** Another node is the primary now. */
    record PrimaryMoved(String from, String to) implements Change {}

    /** A node that claims to be primary was refused. */
    record PrimaryFenced(String node, String reason) implements Change {}

    /**
     * The greatest epoch known was given up, and with it what was written in it: no node has it any more, or an operator
     * says that it does not count.
     *
     * @param epoch that was given up
     * @param next the greatest epoch now; empty if no node shows any
     * @param node the primary that all nodes went back to; empty if an operator gave the epoch up
     * @param lost what this process did in that epoch, for people; empty if it did nothing
     */
    record EpochAbandoned(long epoch, OptionalLong next, Optional<String> node, Optional<String> lost)
            implements Change {

        /** For people, in one line. */
        public String text() {
            return "epoch " + epoch + " was given up"
                    + node.map(by -> ": no node has it any more, all follow " + by)
                            .orElse(" by an operator")
                    + (next.isPresent() ? " at epoch " + next.getAsLong() : "")
                    + lost.map(what -> "; " + what).orElse("");
        }
    }

    /** A node is usable again, or for the first time, as a replica. */
    record NodeUp(String node) implements Change {}

    /** A node does not answer any more, or never did. */
    record NodeDown(String node, Failure failure) implements Change {}

    /** A node answers, and refuses something that it did not refuse before. */
    record NodeRefuses(String node, Refused refused) implements Change {}

    /** A node does again what it refused. */
    record NodeRefusesNoMore(String node, String what) implements Change {}

    /**
     * A replica's data is too old, as its position and the primary's show: it gets no reads.
     *
     * @param lag how far it is behind at least
     */
    record ReplicaLate(String node, Duration lag, Duration maxLag) implements Change {}

    /** A replica that was too old has caught up, and gets reads again. */
    record ReplicaCaughtUp(String node) implements Change {}

    /**
     * A replica is up and has been out of touch with the primary for seconds: it does not receive what is written, and gets no
     * reads. Whoever runs it, or the arbiter that follows failovers, has to see to it: this process promotes and moves nobody.
     */
    record ReplicaUnlinked(String node, String primary) implements Change {}

    /** A replica that was out of touch with the primary receives what is written again. */
    record ReplicaLinked(String node) implements Change {}

    /** A node answered for another cluster. */
    record NodeForeign(String node, String expected, Optional<String> actual) implements Change {}

    /** The set of nodes changed. */
    record MembersChanged(Set<String> added, Set<String> removed) implements Change {}

    /** The topology was closed; nothing follows. */
    record TopologyClosed() implements Change {}
}
