/**
 * Redis: {@link dev.hastack.redis.HaRedis}, one primary with its replicas, and {@link dev.hastack.redis.HaRedisCluster}, over
 * Lettuce. Commands go by role, over one channel per node and generation.
 */
@NullMarked
package dev.hastack.redis;

import org.jspecify.annotations.NullMarked;
