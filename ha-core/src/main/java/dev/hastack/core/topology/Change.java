package dev.hastack.core.topology;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** What became different, in order; what listeners are told. */
public sealed interface Change {

    /** There is a primary, and it is the one there was before, or the first. */
    record PrimaryFound(String node) implements Change {}

    /** There is no primary any more. */
    record PrimaryLost(String node, String reason) implements Change {}

    /** Another node is the primary now. */
    record PrimaryMoved(String from, String to) implements Change {}

    /** A node that claims to be primary was refused. */
    record PrimaryFenced(String node, String reason) implements Change {}

    /** A node is usable again, or for the first time, as a replica. */
    record NodeUp(String node) implements Change {}

    /** A node does not answer any more, or never did. */
    record NodeDown(String node, Failure failure) implements Change {}

    /** A replica's data is too old: it gets no reads. */
    record ReplicaLate(String node, Duration lag, Duration maxLag) implements Change {}

    /** A replica that was too old has caught up, and gets reads again. */
    record ReplicaCaughtUp(String node) implements Change {}

    /** A node answered for another cluster. */
    record NodeForeign(String node, String expected, Optional<String> actual) implements Change {}

    /** The set of nodes changed. */
    record MembersChanged(Set<String> added, Set<String> removed) implements Change {}

    /** The topology was closed; nothing follows. */
    record TopologyClosed() implements Change {}
}
