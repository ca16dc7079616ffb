/**
 * Jobs on Redis Streams: {@link dev.hastack.redis.queue.JobQueue}, at least once, through failovers of the primary.
 */
@NullMarked
package dev.hastack.redis.queue;

import org.jspecify.annotations.NullMarked;
