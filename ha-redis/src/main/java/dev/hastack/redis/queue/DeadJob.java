package dev.hastack.redis.queue;

import java.time.Instant;

/**
 * What was given up.
 *
 * @param key of the job
 * @param payload as it was enqueued
 * @param attempts how many there were
 * @param enqueuedAt by Redis's clock
 * @param diedAt by Redis's clock
 * @param reason the exception of the last attempt, or what became of its consumer
 */
public record DeadJob(String key, String payload, int attempts, Instant enqueuedAt, Instant diedAt, String reason) {}
