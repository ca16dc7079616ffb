package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.lab.redis.RedisServers;
import java.util.function.Consumer;

/** A kind of queue that is measured. */
interface Contender {
    /** Short, for the table. */
    String id();

    /** How it is used, for the reader. */
    String configuration();

    /**
     * A queue of this name with consumers that work already.
     *
     * @param consumers how many jobs are done at a time
     * @param done hears of each job that was done
     */
    Running open(RedisServers servers, String name, int consumers, Consumer<String> done) throws Exception;

    /** A queue at work. */
    interface Running extends AutoCloseable {
        /** Called by several threads; returns once the job is in the queue. */
        void enqueue(String payload) throws Exception;

        @Override
        void close();
    }
}
