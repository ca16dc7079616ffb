package dev.hastack.redis.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.redis.HaRedis;
import dev.hastack.testkit.RedisReplication;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the tests of the queue share. */
final class Queues {
    static final Duration CLAIM_AFTER = Duration.ofSeconds(2);

    private Queues() {}

    /** A stack that is ready, under a key prefix, as a system has it that shares its Redis. */
    static HaStack open(RedisReplication servers) {
        Map<String, String> all = new HashMap<>(servers.properties());
        // Patient, since a machine that builds may be busy: what hangs here hangs for good.
        all.put("ha.probe.timeout", "900ms");
        all.put("ha.redis.key-prefix", "cms:");
        HaStack stack = HaStack.open(StackConfig.of(all));
        assertThat(stack.awaitReady(Duration.ofSeconds(60)))
                .as("ready: %s", stack.health())
                .isTrue();
        return stack;
    }

    /** A queue whose consumers are soon given up, though not those of a busy machine, and whose jobs soon come again. */
    static JobQueueBuilder hasty(HaStack stack, String name) {
        return stack.get(HaRedis.class)
                .queue(name)
                .withBackoff(Duration.ofMillis(10), Duration.ofMillis(50))
                .withClaimAfter(CLAIM_AFTER);
    }

    static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within 90 s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
