package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.redis.Durability;
import dev.hastack.redis.DurableWrites;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.RedisNotDurableException;
import dev.hastack.redis.RedisOutcomeUnknownException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** ha-stack as it comes, but for how long a command may take: no command of the laboratory is slow by nature. */
enum HaStackClient implements Client<RedisServers, Session> {
    PLAIN("ha-stack", "`connection()` for writes and reads", "", Duration.ofSeconds(10)) {
        @Override
        Session session(LettuceSession plain, HaRedis redis) {
            return plain;
        }
    },
    /** Sentinel may take ten seconds to have the other replica follow the new primary, for which these writes wait. */
    DURABLE(
            "ha-stack-durable",
            "`durable(everyReplica())` for writes, `connection()` for reads",
            ", `ha.redis.writes.wait=30s`",
            Duration.ofSeconds(30)) {
        @Override
        Session session(LettuceSession plain, HaRedis redis) {
            return new Durably(plain, redis.durable(Durability.everyReplica()));
        }
    };

    private static final Duration COMMAND_TIMEOUT = Duration.ofMillis(250);

    private final String id;
    private final String use;
    private final String settings;
    /** {@code ha.redis.writes.wait}, which is longer than {@code reads.wait}. */
    private final Duration longestWait;

    HaStackClient(String id, String use, String settings, Duration longestWait) {
        this.id = id;
        this.use = use;
        this.settings = settings;
        this.longestWait = longestWait;
    }

    abstract Session session(LettuceSession plain, HaRedis redis);

    @Override
    public String id() {
        return id;
    }

    @Override
    public String configuration() {
        return use + ", the three nodes and Sentinels, `ha.redis.command-timeout=250ms`" + settings
                + "; all other settings left at their defaults";
    }

    @Override
    public boolean peer() {
        return false;
    }

    /** What no call may exceed: its wait, its commands, and the replicas' acknowledgement. */
    Duration deadline() {
        Duration acknowledgement = this == DURABLE
                ? Durability.everyReplica().timeout().plus(COMMAND_TIMEOUT.multipliedBy(2))
                : Duration.ZERO;
        return longestWait.plus(COMMAND_TIMEOUT).plus(acknowledgement);
    }

    @Override
    public Session open(RedisServers servers) throws InterruptedException {
        Map<String, String> properties = new HashMap<>(servers.replication().properties());
        properties.put("ha.redis.command-timeout", COMMAND_TIMEOUT.toMillis() + "ms");
        properties.put("ha.redis.writes.wait", longestWait.toSeconds() + "s");
        HaStack stack = HaStack.open(StackConfig.of(properties));
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            // Said before it closes: after that it knows nothing.
            IllegalStateException notReady = new IllegalStateException("not ready: " + stack.health());
            stack.close();
            throw notReady;
        }
        HaRedis redis = stack.get(HaRedis.class);
        return session(
                new LettuceSession(
                        redis.connection().sync(),
                        RedisOutcomeUnknownException.class::isInstance,
                        () -> stack.close(Duration.ZERO)),
                redis);
    }

    /** Writes that every replica has acknowledged. */
    private record Durably(LettuceSession plain, DurableWrites<String, String> writes) implements Session {
        @Override
        public void write(long id) {
            var unused = writes.write(commands -> commands.zadd(Data.WRITTEN, (double) id, Long.toString(id)));
        }

        @Override
        public long read() {
            return plain.read();
        }

        /** A write that is done and not durable was done: that it may be lost is said as well. */
        @Override
        public boolean tellsUnknown(Exception failure) {
            return plain.tellsUnknown(failure) || failure instanceof RedisNotDurableException;
        }

        @Override
        public void close() {
            plain.close();
        }
    }
}
