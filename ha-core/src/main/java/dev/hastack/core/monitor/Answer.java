package dev.hastack.core.monitor;

import dev.hastack.core.topology.Origin;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Role;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node said of itself.
 *
 * @param role what it says that it is
 * @param identity the cluster that it belongs to, in stores that have such a thing
 * @param epoch what orders two primaries, in stores that have such a thing
 * @param position in bytes: written, for a primary; applied, for a replica
 * @param followers how many replicas stream from it
 * @param refused what it refuses while it answers the rest
 * @param origin what it shows of where its data come from
 */
public record Answer(
        Role role,
        Optional<String> identity,
        OptionalLong epoch,
        long position,
        int followers,
        List<Refused> refused,
        Origin origin) {
    public Answer {
        refused = List.copyOf(refused);
    }

    /** Of a node that refuses nothing, and shows nothing of its origin. */
    public Answer(Role role, Optional<String> identity, OptionalLong epoch, long position, int followers) {
        this(role, identity, epoch, position, followers, List.of(), Origin.NONE);
    }

    /** The same, of a node that refuses this. */
    public Answer refusing(List<Refused> what) {
        return new Answer(role, identity, epoch, position, followers, what, origin);
    }

    /** The same, of a node that shows this of its origin. */
    public Answer from(Origin shown) {
        return new Answer(role, identity, epoch, position, followers, refused, shown);
    }
}
