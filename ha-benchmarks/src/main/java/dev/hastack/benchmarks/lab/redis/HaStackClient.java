package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.OutcomeUnknownException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** ha-stack as it comes, but for how long a command may take: no command of the laboratory is slow by nature. */
record HaStackClient() implements Client<RedisServers, Session> {
    private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(250);
    /** The default of {@code ha.redis.writes.wait}, which is longer than that of {@code reads.wait}. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** What no call may exceed. */
    static final Duration DEADLINE = LONGEST_WAIT.plus(COMMAND_TIMEOUT);

    @Override
    public String id() {
        return "ha-stack";
    }

    @Override
    public String configuration() {
        return "`connection()` for writes and reads, the three nodes and Sentinels, `ha.redis.command-timeout=250ms`; all"
                + " other settings left at their defaults";
    }

    @Override
    public boolean peer() {
        return false;
    }

    @Override
    public Session open(RedisServers servers) throws InterruptedException {
        Map<String, String> properties = new HashMap<>(servers.replication().properties());
        properties.put("ha.redis.command-timeout", COMMAND_TIMEOUT.toMillis() + "ms");
        HaStack stack = HaStack.open(StackConfig.of(properties));
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            // Said before it closes: after that it knows nothing.
            IllegalStateException notReady = new IllegalStateException("not ready: " + stack.health());
            stack.close();
            throw notReady;
        }
        return new LettuceSession(
                stack.get(HaRedis.class).connection().sync(),
                OutcomeUnknownException.class::isInstance,
                () -> stack.close(Duration.ZERO));
    }
}
