package dev.hastack.redis;

/** Where the reply of a command has keys or channels. */
enum KeysInReply {
    NONE,
    /** All elements. */
    ALL,
    /** The first element. */
    FIRST,
    /** The elements of an element. */
    SECOND,
    /** The keys of a map, or the first elements of its elements: as RESP3 and RESP2 have the names of streams. */
    STREAMS,
    /** All elements, which are channels. */
    CHANNELS;

    /**
     * @param depth of the reply, where its elements have 1
     * @param index among its neighbours, from 0
     */
    boolean at(int depth, int index) {
        return switch (this) {
            case NONE -> false;
            case ALL, CHANNELS -> depth == 1;
            case FIRST -> depth == 1 && index == 0;
            case SECOND -> depth == 2;
            case STREAMS -> depth == 1 || (depth == 2 && index == 0);
        };
    }
}
