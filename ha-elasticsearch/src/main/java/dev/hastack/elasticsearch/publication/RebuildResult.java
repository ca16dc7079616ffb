package dev.hastack.elasticsearch.publication;

import java.time.Duration;

/**
 * What a rebuild did.
 *
 * @param generation the index, or in the shared layout the alias, that is the present one now
 * @param copied documents from the source
 * @param superseded documents from the source that a live write, or one of the same id before it, made obsolete
 * @param deleted documents that were deleted meanwhile
 */
public record RebuildResult(String generation, long copied, long superseded, long deleted, Duration took) {}
