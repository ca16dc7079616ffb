package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.List;

/**
 * What a rebuild did.
 *
 * @param generation the index, or in the shared layout the alias, that is the present one now
 * @param copied documents from the source
 * @param superseded documents from the source that a live write, or one of the same id before it, made obsolete
 * @param deleted documents that were deleted meanwhile
 * @param leftovers earlier generations that could not be removed yet, by name: a snapshot of one may be under way. They do no harm;
 *     their removal is tried again by this process, by the next rebuild, and by the next process that provisions the publication
 */
public record RebuildResult(
        String generation, long copied, long superseded, long deleted, Duration took, List<String> leftovers) {
    public RebuildResult {
        leftovers = List.copyOf(leftovers);
    }

    RebuildResult leaving(List<String> generations) {
        return new RebuildResult(generation, copied, superseded, deleted, took, generations);
    }
}
