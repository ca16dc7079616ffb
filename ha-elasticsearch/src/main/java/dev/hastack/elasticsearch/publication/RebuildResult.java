package dev.hastack.elasticsearch.publication;

import java.time.Duration;
import java.util.List;

/** What a rebuild did. Immutable. */
public interface RebuildResult {

    /** Returns the index, or in the shared layout the alias, that is the present one now. */
    String generation();

    /** Returns how many documents came from the source. */
    long copied();

    /** Returns how many documents from the source a live write, or one of the same id before it, made obsolete. */
    long superseded();

    /** Returns how many documents were deleted meanwhile. */
    long deleted();

    /** Returns how long the rebuild took. */
    Duration took();

    /**
     * Returns earlier generations that could not be removed yet, by name: a snapshot of one may be under way. They do no harm;
     * their removal is tried again by this process, by the next rebuild, and by the next process that provisions the publication.
     */
    List<String> leftovers();
}
