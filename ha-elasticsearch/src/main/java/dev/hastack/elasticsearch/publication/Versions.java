package dev.hastack.elasticsearch.publication;

/**
 * External versions of documents in a generation that is being filled. A live write has the place that the shard of the
 * present generation gave it, so that the writes of all processes have one order in both; what is copied is older than any of
 * them. Above both is the number of the generation: a shared index may still hold versions of an earlier one.
 */
final class Versions {
    private static final int SEQUENCE_BITS = 42;

    private Versions() {}

    static long copied(int generation) {
        return (long) generation << SEQUENCE_BITS;
    }

    static long live(int generation, long sequenceNumber) {
        return copied(generation) + sequenceNumber + 1;
    }
}
