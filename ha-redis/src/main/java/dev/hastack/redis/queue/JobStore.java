package dev.hastack.redis.queue;

import dev.hastack.redis.HaRedis;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A queue in Redis, as those see it who have no job of it in their hands. Thread-safe. */
final class JobStore {
    static final String GROUP = "workers";
    private static final int BATCH = 100;

    private final HaRedis redis;
    private final Keys keys;

    JobStore(HaRedis redis, Keys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /** Harmless twice. */
    void enqueue(RedisCommands<String, String> commands, String key, String payload, Duration delay) {
        Script.ENQUEUE.number(commands, keys, key, payload, Long.toString(delay.toMillis()));
    }

    /** Moves what is due to the stream; returns how long until there is more. */
    Optional<Duration> moveDue() {
        List<?> moved = Script.DUE.list(redis.idempotent().sync(), keys, Integer.toString(BATCH));
        long next = (Long) moved.get(1);
        return next < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(next));
    }

    CountedJobs stats(Counters counters) {
        RedisCommands<String, String> primary = redis.primary().sync();
        long pending = pending(primary);
        return new CountedJobs(
                Math.max(0, primary.xlen(keys.jobs()) - pending),
                pending,
                primary.zcard(keys.delayed()),
                primary.xlen(keys.dead()),
                oldest(primary),
                counters.completed().sum(),
                counters.failed().sum(),
                counters.buried().sum(),
                counters.claimed().sum(),
                counters.duplicates().sum());
    }

    private long pending(RedisCommands<String, String> primary) {
        try {
            return primary.xpending(keys.jobs(), GROUP).getCount();
        } catch (RedisCommandExecutionException e) {
            if (noGroup(e)) {
                return 0;
            }
            throw e;
        }
    }

    private Optional<Duration> oldest(RedisCommands<String, String> primary) {
        List<StreamMessage<String, String>> first = primary.xrange(keys.jobs(), Range.unbounded(), Limit.from(1));
        List<String> now = primary.time();
        return first.stream()
                .map(message -> Duration.between(time(message), Instant.ofEpochSecond(Long.parseLong(now.get(0)))))
                .map(age -> age.isNegative() ? Duration.ZERO : age)
                .findFirst();
    }

    /** The newest first. */
    List<DeadJob> dead(int most) {
        return redis.primary().sync().xrevrange(keys.dead(), Range.unbounded(), Limit.from(most)).stream()
                .map(JobStore::dead)
                .toList();
    }

    private static DeadJob dead(StreamMessage<String, String> message) {
        List<String> values = new ArrayList<>(message.getBody().values());
        return new DeadJob(
                values.get(0),
                values.get(1),
                Integer.parseInt(values.get(2)),
                Instant.ofEpochMilli(Long.parseLong(values.get(3))),
                time(message),
                values.get(4));
    }

    /** When an entry was added: its id says so. */
    private static Instant time(StreamMessage<String, String> message) {
        String id = message.getId();
        return Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-'))));
    }

    /** Whether nobody has consumed yet, or a failover has lost that. A script's own words may stand before these. */
    static boolean noGroup(Throwable error) {
        return error.getMessage() != null && error.getMessage().contains("NOGROUP");
    }
}
