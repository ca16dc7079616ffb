package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Fault.Moments;
import dev.hastack.testkit.RedisNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Observes, on connections of its own, when one of several replicas becomes primary. */
final class Promotion {
    /** Asking without a pause would keep one of two cores busy, which those who are measured need. */
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    /** Sentinel may take ten seconds to have a replica follow the new primary. */
    private static final Duration FOLLOWED_AT_MOST = Duration.ofSeconds(20);

    private static final int WAIT_MILLIS = 100;

    private static final Duration AT_MOST = Duration.ofSeconds(30);

    private Promotion() {}

    /** One that is asked, and when it last answered that it is a replica. */
    private static final class Asked {
        private final Jedis connection;
        private long replica = System.nanoTime();

        Asked(RedisNode node) {
            connection = new Jedis("127.0.0.1", node.port());
        }

        boolean isPrimary() {
            try {
                if ("master".equals(connection.role().get(0))) {
                    return true;
                }
                replica = System.nanoTime();
            } catch (JedisConnectionException e) {
                // Sentinel breaks all connections to those whose roles it changes; the next question connects again.
                connection.disconnect();
            }
            return false;
        }

        /** Its writes, read as soon as it was seen to be primary: it may have taken a few of these as one. */
        Set<Long> written() {
            return connection.zrange(Data.WRITTEN, 0, -1).stream()
                    .map(Long::valueOf)
                    .collect(Collectors.toSet());
        }
    }

    /**
     * Returns when one of them has said that it is primary. What counts is when the last answer came that it was a replica
     * still: the earliest moment that can be the true one, which is later by less than a pause and two answers.
     */
    static Moments among(List<RedisNode> replicas, long struck) {
        List<Asked> asked = new ArrayList<>();
        try {
            replicas.forEach(replica -> asked.add(new Asked(replica)));
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < AT_MOST.toNanos()) {
                for (Asked one : asked) {
                    if (one.isPrimary()) {
                        return new Moments(struck, OptionalLong.of(one.replica), one.written());
                    }
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } finally {
            asked.forEach(one -> one.connection.close());
        }
        throw new IllegalStateException("nobody was promoted within " + AT_MOST.toSeconds() + " s");
    }

    /**
     * Returns when the one that was promoted had a write acknowledged by a replica, but does not wait for ever: no durable write can be
     * sooner. Asked is by a write and WAIT on a connection of its own, over and over. Neither what the primary says of its replicas nor what they
     * say themselves tells it: a replica follows, and is sent nothing for up to a second, after a copy whose end its primary had not noticed.
     */
    static Moments followed(List<RedisNode> replicas, Moments moments) {
        RedisNode promoted =
                replicas.stream().filter(RedisNode::isPrimary).findFirst().orElseThrow();
        try (Jedis connection = new Jedis("127.0.0.1", promoted.port(), (int) FOLLOWED_AT_MOST.toMillis())) {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < FOLLOWED_AT_MOST.toNanos()) {
                connection.incr("laboratory:followed");
                if (connection.waitReplicas(1, WAIT_MILLIS) > 0) {
                    return new Moments(
                            moments.struck(), moments.writable(), moments.before(), OptionalLong.of(System.nanoTime()));
                }
            }
        }
        return moments;
    }
}
