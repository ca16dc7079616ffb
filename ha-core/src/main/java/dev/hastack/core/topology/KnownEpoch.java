package dev.hastack.core.topology;

/**
 * The greatest epoch that was ever seen of one cluster, as it outlives a process. A primary below it is fenced, though
 * this process has seen no other.
 *
 * @param identity of the cluster; an epoch says nothing of any other
 */
public record KnownEpoch(String identity, long epoch) {}
