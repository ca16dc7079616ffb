/**
 * Redis: {@link dev.hastack.redis.HaRedis}, commands by role over Lettuce, one channel per node and generation behind one
 * channel writer.
 */
@NullMarked
package dev.hastack.redis;

import org.jspecify.annotations.NullMarked;
