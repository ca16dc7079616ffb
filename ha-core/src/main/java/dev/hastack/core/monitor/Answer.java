package dev.hastack.core.monitor;

import dev.hastack.core.topology.Role;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a node said of itself.
 *
 * @param role what it says that it is
 * @param identity the cluster that it belongs to, in stores that have such a thing
 * @param epoch what orders two primaries, in stores that have such a thing
 * @param position in bytes: written, for a primary; applied, for a replica
 * @param followers how many replicas stream from it; 0 for a replica
 */
public record Answer(Role role, Optional<String> identity, OptionalLong epoch, long position, int followers) {}
