package dev.hastack.redis.queue;

/** What does the jobs; called by as many threads at once as the queue's concurrency says. */
@FunctionalInterface
public interface JobHandler {
    /**
     * Does a job, which ends when this returns. It may come again even so, if the process or the primary died at that
     * moment: the effect of twice must be that of once.
     *
     * @throws Exception the attempt has failed: the job comes again after a while, or becomes a dead letter
     */
    void handle(Job job) throws Exception;
}
