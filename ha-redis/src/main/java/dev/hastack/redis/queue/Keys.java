package dev.hastack.redis.queue;

/**
 * Where a queue is in Redis. The hash tag keeps its keys in one slot.
 *
 * @param jobs the stream of what is due
 * @param index a hash: where each job is, by its key
 * @param delayed a sorted set: the keys of jobs that are not due, by the time when they will be
 * @param dead the stream of dead letters
 */
record Keys(String jobs, String index, String delayed, String dead) {
    static Keys of(String queue) {
        String tag = "{queue:" + queue + "}:";
        return new Keys(tag + "jobs", tag + "index", tag + "delayed", tag + "dead");
    }

    /** In the order in which the scripts take them. */
    String[] all() {
        return new String[] {jobs, index, delayed, dead};
    }
}
