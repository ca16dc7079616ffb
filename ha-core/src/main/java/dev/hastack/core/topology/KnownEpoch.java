package dev.hastack.core.topology;

import java.util.Optional;

/**
 * The greatest epoch that was ever seen of one cluster, as it outlives a process. A primary below it is fenced, though
 * this process has seen no other.
 *
 * @param identity of the cluster; an epoch says nothing of any other
 * @param history which of the epochs of this number it is, if that was shown
 */
public record KnownEpoch(String identity, long epoch, Optional<String> history) {
    /** One whose history is not known. */
    public KnownEpoch(String identity, long epoch) {
        this(identity, epoch, Optional.empty());
    }
}
