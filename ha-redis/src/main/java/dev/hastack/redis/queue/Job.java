package dev.hastack.redis.queue;

import java.time.Instant;

/**
 * What is to be done.
 *
 * @param key of this job alone: the one that it was enqueued under, or a random one
 * @param payload as it was enqueued
 * @param attempt 1 the first time; it counts deliveries that ended in an exception, and those whose consumer was lost
 * @param enqueuedAt by Redis's clock
 */
public record Job(String key, String payload, int attempt, Instant enqueuedAt) {}
