package dev.hastack.elasticsearch.publication;

/**
 * One generation of a publication's documents.
 *
 * @param number from 1; a rebuild makes the next, and no number is used twice
 * @param index the physical one
 * @param shared whether other publications have documents in it; there, the routing value tells whose a document is: it is
 *     indexed with each, and in no source
 */
record Generation(Names names, String publication, int number, String index, boolean shared) {

    /** By this name it is found: the index, or an alias of the shared one. */
    String name() {
        return names.generation(publication, number);
    }

    String next() {
        return names.next(publication, number);
    }

    String swap() {
        return names.swap(publication, number);
    }

    String kept() {
        return names.kept(publication, number);
    }

    /**
     * What single writes go to. In the shared layout this is the generation's own alias: what an id looks like depends on the
     * layout, and a process that has not heard of a {@link Publication#promote promotion} yet must not reach the new index.
     */
    String writeTarget() {
        return shared ? name() : names.write(publication);
    }

    /** What single documents are read from, for the same reason. */
    String readTarget() {
        return shared ? name() : names.read(publication);
    }

    /** The id under which a document is stored. Publications that share an index may use the same ids. */
    String stored(String id) {
        return shared ? publication + ":" + id : id;
    }

    /** The inverse of {@link #stored}. */
    String shown(String stored) {
        return shared ? stored.substring(publication.length() + 1) : stored;
    }
}
