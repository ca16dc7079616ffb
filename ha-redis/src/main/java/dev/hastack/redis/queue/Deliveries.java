package dev.hastack.redis.queue;

import dev.hastack.redis.HaRedis;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** A queue in Redis, as one consumer sees it. Thread-safe. */
final class Deliveries {
    private static final int FORGET = 20;
    private static final int LONGEST_REASON = 4000;

    private final HaRedis redis;
    private final Keys keys;
    private final Settings settings;
    private final String consumer;

    /** @param consumer of no other consumer of this queue, ever */
    Deliveries(HaRedis redis, Keys keys, Settings settings, String consumer) {
        this.redis = redis;
        this.keys = keys;
        this.settings = settings;
        this.consumer = consumer;
    }

    /** New jobs; waits for the first. The connection must be the caller's own. */
    List<Delivery> read(RedisCommands<String, String> own, int most, Duration patience) {
        XReadArgs args = XReadArgs.Builder.count(most).block(patience);
        @SuppressWarnings("unchecked")
        List<StreamMessage<String, String>> messages = own.xreadgroup(
                Consumer.from(JobStore.GROUP, consumer), args, XReadArgs.StreamOffset.lastConsumed(keys.jobs()));
        return messages == null
                ? List.of()
                : messages.stream().map(Delivery::read).toList();
    }

    /** Jobs of consumers that have not been heard of for long. */
    List<Delivery> claim(RedisCommands<String, String> own, int most) {
        long idle = settings.claimAfter().toMillis();
        List<?> claimed = Script.CLAIM.list(
                own, keys, consumer, Long.toString(idle), Integer.toString(most), Long.toString(idle * FORGET));
        return claimed.stream().map(one -> Delivery.claimed((List<?>) one)).toList();
    }

    /** The group, which stands before the oldest job, so that what a failover has made it forget comes again. */
    void createGroup(RedisCommands<String, String> own) {
        try {
            own.xgroupCreate(
                    XReadArgs.StreamOffset.from(keys.jobs(), "0"), JobStore.GROUP, XGroupCreateArgs.Builder.mkstream());
        } catch (RedisCommandExecutionException e) {
            if (e.getMessage() == null || !e.getMessage().startsWith("BUSYGROUP")) {
                throw e;
            }
        }
    }

    /** The job is done; 0 if somebody else has ended it. */
    CompletionStage<Long> complete(Held held) {
        return Script.COMPLETE.number(redis(), keys, held.job().key(), held.entry());
    }

    /**
     * The job comes again; 0 if it is not in this consumer's hands any more.
     *
     * @param attempts that count
     */
    CompletionStage<Long> again(Held held, int attempts, Duration delay) {
        return Script.AGAIN.number(
                redis(),
                keys,
                held.job().key(),
                held.entry(),
                consumer,
                Integer.toString(attempts),
                Long.toString(delay.toMillis()));
    }

    /** The job becomes a dead letter; 0 if it is not in this consumer's hands any more. */
    CompletionStage<Long> bury(Held held, int attempts, String reason) {
        return Script.BURY.number(
                redis(),
                keys,
                held.job().key(),
                held.entry(),
                consumer,
                Integer.toString(attempts),
                reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason,
                Integer.toString(settings.deadLetterLimit()));
    }

    /** Tells that this consumer lives; returns the entries that it had to give up. */
    Set<String> renew(Collection<Held> held) {
        List<String> values = new ArrayList<>(List.of(consumer));
        held.forEach(each -> values.add(each.entry()));
        return Script.RENEW.list(redis.idempotent().sync(), keys, values.toArray(String[]::new)).stream()
                .map(String.class::cast)
                .collect(Collectors.toSet());
    }

    /** Nothing more will be read. */
    CompletionStage<Long> leave() {
        return Script.LEAVE.number(redis(), keys, consumer);
    }

    /** What these scripts do a second time is nothing. */
    private RedisAsyncCommands<String, String> redis() {
        return redis.idempotent().async();
    }
}
