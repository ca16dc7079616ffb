package dev.hastack.core.topology;

import java.util.Optional;

/**
 * What a node shows of where its data come from, as far as its store tells those who ask.
 *
 * @param history which of the epochs of one number its epoch is, as where its timeline branched off; equal for nodes of
 *     one history, different for those of two; empty if it is not shown
 * @param stream a name for the stream by which a replica receives, the same for as long as that goes on; empty if it
 *     receives from nobody, or does not show it
 * @param exact whether the epoch that a replica shows is that of what it receives, and not perhaps an older one
 */
public record Origin(Optional<String> history, Optional<String> stream, boolean exact) {
    /** Of a node that shows nothing. */
    public static final Origin NONE = new Origin(Optional.empty(), Optional.empty(), false);
}
