package dev.hastack.elasticsearch.publication;

/** How the shards of one publication are. In the shared layout they are those of all publications that share them. Immutable. */
public interface PublicationHealth {
    /** The worst of the shards. */
    enum Status {
        /** Every copy is there. */
        GREEN,
        /** All can be read and written, with fewer copies than wanted. */
        YELLOW,
        /** A part can be neither read nor written. */
        RED
    }

    /** Returns the worst of the shards. */
    Status status();

    /** Returns how many primary shards are on a node and serve. */
    int activePrimaries();

    /** Returns how many shards are on a node and serve, primaries and copies together. */
    int active();

    /** Returns how many shards are on no node. */
    int unassigned();

    /**
     * Returns whether the index is closed: Elasticsearch calls that green; here it is red, since no document of it can be read
     * or written.
     */
    boolean closed();
}
