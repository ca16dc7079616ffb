package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.List;

/**
 * A queue of jobs in Redis, for all processes that open it under its name.
 *
 * <pre>{@code
 * JobQueue mails = stack.get(HaRedis.class).queue("mail").withConcurrency(4).open();
 * mails.consume(job -> send(job.payload()));
 * mails.enqueue("welcome 4711", Enqueue.durably().withDelay(Duration.ofMinutes(5)));
 * }</pre>
 *
 * <p>Each job is done at least once, in about the order of enqueueing. One whose handler throws comes again after a while,
 * and becomes a dead letter with its last exception after the last attempt. The jobs of a process that dies are taken over
 * by the others, which counts as an attempt. Through a failover of the primary, what was enqueued durably stays; some jobs
 * may be done twice. Thread-safe.
 */
public interface JobQueue extends AutoCloseable {

    /** Enqueues a job {@linkplain Enqueue#plainly plainly}, as {@link #enqueue(String, Enqueue)} does. */
    default String enqueue(String payload) {
        return enqueue(payload, Enqueue.plainly());
    }

    /**
     * Enqueues a job, which is in the queue once this returns.
     *
     * @return the job's key
     * @throws EnqueueUnknownException if nobody knows whether it is, or stays, in the queue
     * @throws dev.hastack.redis.RedisNoPrimaryException if there is no primary in time; nothing was enqueued
     * @throws dev.hastack.redis.RedisNotWritableException in a stack that may only read
     * @throws IllegalStateException if the queue is closed; nothing was enqueued. While it is being closed, jobs may still
     *     enqueue others.
     */
    String enqueue(String payload, Enqueue how);

    /**
     * Has this process do jobs from now on.
     *
     * @throws IllegalStateException if it does so already, or the queue is closed
     */
    void consume(JobHandler handler);

    /** Asks the primary how many jobs there are, and adds what this process has done. */
    JobStats stats();

    /** Asks the primary for the newest dead letters, the newest first. */
    List<DeadJob> dead(int most);

    /** Closes the queue with a drain of ten seconds, as {@link #close(Duration)} does. */
    @Override
    default void close() {
        boolean unused = close(Duration.ofSeconds(10));
    }

    /**
     * Fetches no more jobs, gives back those that have not started, and lets the others end for at most {@code drain}; then
     * it interrupts them, and gives back those that end by that. Closes every connection, and ends every thread, that the
     * queue has taken, but not a thread whose handler does not return. Close a queue before its stack: one that is open when
     * its stack is closed ends with it, its jobs are interrupted, and come again. While another thread is closing the queue,
     * waits for that, for at most {@code drain}; closing it again afterwards does nothing.
     *
     * @param drain how long jobs may take to end; negative counts as zero
     * @return whether all ended in time
     */
    boolean close(Duration drain);
}
