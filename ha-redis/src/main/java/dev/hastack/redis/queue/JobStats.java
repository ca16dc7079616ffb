package dev.hastack.redis.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * A queue in numbers: the first five are of the queue, the others of this process since it opened the queue. Immutable.
 */
public interface JobStats {

    /** Returns how many jobs could be done now. */
    long waiting();

    /** Returns how many jobs consumers have. */
    long inProgress();

    /** Returns how many jobs are not due yet, those that failed and wait for their next attempt included. */
    long delayed();

    /** Returns how many dead letters there are. */
    long dead();

    /** Returns how long the oldest of the waiting and those in progress has been due; empty if there is none. */
    Optional<Duration> oldest();

    /** Returns how many jobs this process has done. */
    long completed();

    /** Returns how many attempts ended in an exception. */
    long failed();

    /** Returns how many jobs this process made dead letters. */
    long buried();

    /** Returns how many jobs it took from consumers which were lost, or did not renew their hold. */
    long claimed();

    /**
     * Returns how many jobs turned out to be done, or taken over, by somebody else, and how many deliveries were of what is
     * being done here.
     */
    long duplicates();
}
