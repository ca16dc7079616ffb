package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.RedisReplication;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Lettuce, by itself: one connection that all threads share, as its documents advise (<a
 * href="https://redis.github.io/lettuce/ha-sharding/">High-Availability and Sharding</a>).
 */
enum LettuceClient implements Client<RedisServers, Session> {
    /** Finds the primary through Sentinel, and knows no replicas. */
    SENTINEL("`RedisClient.connect` with a Sentinel URI, reads from the primary; all else left at its defaults") {
        @Override
        StatefulRedisConnection<String, String> connect(RedisClient client, RedisServers servers) {
            return client.connect(sentinels(servers));
        }
    },
    REPLICA_PREFERRED(
            "`MasterReplica.connect` with a Sentinel URI, `ReadFrom.REPLICA_PREFERRED`; all else left at its defaults") {
        @Override
        StatefulRedisConnection<String, String> connect(RedisClient client, RedisServers servers) {
            return replicaPreferred(MasterReplica.connect(client, StringCodec.UTF8, sentinels(servers)));
        }
    },
    /**
     * With every wait short, as <a href="https://redis.io/docs/latest/develop/clients/lettuce/produsage/">Production
     * usage</a> and <a
     * href="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/BestPractices.Clients-lettuce-cmd.html">ElastiCache's
     * advice</a> have it. TCP_USER_TIMEOUT, which both name, needs a native transport, and a server whose kernel does not
     * answer: here that of a hung process does.
     */
    TUNED("as lettuce-replica-preferred, with a command timeout of 500 ms (`TimeoutOptions`), `connectTimeout` 250 ms,"
            + " keep-alive 5/1/3, `REJECT_COMMANDS`, and reconnects 100 ms to 1 s apart with full jitter") {
        @Override
        ClientResources resources() {
            return DefaultClientResources.builder()
                    .reconnectDelay(() ->
                            Delay.fullJitter(Duration.ofMillis(100), Duration.ofSeconds(1), 100, TimeUnit.MILLISECONDS))
                    .build();
        }

        @Override
        ClientOptions options() {
            return ClientOptions.builder()
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                    .timeoutOptions(TimeoutOptions.enabled(COMMAND))
                    .socketOptions(SocketOptions.builder()
                            .connectTimeout(Duration.ofMillis(250))
                            .keepAlive(SocketOptions.KeepAliveOptions.builder()
                                    .enable()
                                    .idle(Duration.ofSeconds(5))
                                    .interval(Duration.ofSeconds(1))
                                    .count(3)
                                    .build())
                            .build())
                    .build();
        }

        @Override
        StatefulRedisConnection<String, String> connect(RedisClient client, RedisServers servers) {
            RedisURI sentinels = sentinels(servers);
            sentinels.setTimeout(COMMAND);
            sentinels.getSentinels().forEach(sentinel -> sentinel.setTimeout(COMMAND));
            return replicaPreferred(MasterReplica.connect(client, StringCodec.UTF8, sentinels));
        }
    },
    STATIC(
            "`MasterReplica.connect` with the three nodes, `ReadFrom.REPLICA_PREFERRED`; all else left at its defaults") {
        @Override
        StatefulRedisConnection<String, String> connect(RedisClient client, RedisServers servers) {
            List<RedisURI> nodes = servers.replication().nodes().stream()
                    .map(node -> RedisURI.create("redis://" + node.address()))
                    .toList();
            return replicaPreferred(MasterReplica.connect(client, StringCodec.UTF8, nodes));
        }
    };

    private static final Duration COMMAND = Duration.ofMillis(500);

    private final String configuration;

    LettuceClient(String configuration) {
        this.configuration = configuration;
    }

    abstract StatefulRedisConnection<String, String> connect(RedisClient client, RedisServers servers);

    ClientResources resources() {
        return DefaultClientResources.create();
    }

    ClientOptions options() {
        return ClientOptions.create();
    }

    @Override
    public String id() {
        return "lettuce-" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String configuration() {
        return "Lettuce, " + configuration;
    }

    @Override
    public Session open(RedisServers servers) {
        ClientResources resources = resources();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options());
        Runnable closing = () -> {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
            boolean unused = resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(4, TimeUnit.SECONDS);
        };
        try {
            return new LettuceSession(connect(client, servers).sync(), LettuceSession::isNoAnswer, closing);
        } catch (RuntimeException e) {
            closing.run();
            throw new IllegalStateException(id() + " does not connect: " + e.getMessage(), e);
        }
    }

    private static StatefulRedisConnection<String, String> replicaPreferred(
            StatefulRedisMasterReplicaConnection<String, String> connection) {
        connection.setReadFrom(ReadFrom.REPLICA_PREFERRED);
        return connection;
    }

    private static RedisURI sentinels(RedisServers servers) {
        return RedisURI.create("redis-sentinel://" + String.join(",", servers.sentinelAddresses()) + "#"
                + RedisReplication.SENTINEL_MASTER);
    }
}
