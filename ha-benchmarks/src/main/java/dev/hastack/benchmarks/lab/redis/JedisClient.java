package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.RedisReplication;
import java.util.List;
import java.util.stream.Collectors;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.params.ZRangeParams;

/**
 * Jedis' client for Sentinel, which took the place of its Sentinel pools (<a
 * href="https://github.com/redis/jedis/blob/master/docs/redis-client-components-overview.md">Redis Client Components
 * Overview</a>). It knows no replicas.
 */
record JedisClient() implements Client<RedisServers, Session> {

    @Override
    public String id() {
        return "jedis";
    }

    @Override
    public String configuration() {
        return "Jedis, `RedisSentinelClient` with the three Sentinels, reads from the primary; all else left at its"
                + " defaults (8 connections, time-outs 2 s)";
    }

    @Override
    public Session open(RedisServers servers) {
        return new Pooled(RedisSentinelClient.builder()
                .masterName(RedisReplication.SENTINEL_MASTER)
                .sentinels(servers.sentinelAddresses().stream()
                        .map(HostAndPort::from)
                        .collect(Collectors.toSet()))
                .build());
    }

    /** Each command on a connection of the client's pool. */
    private record Pooled(RedisSentinelClient client) implements Session {

        @Override
        public void write(long id) {
            client.zadd(Data.WRITTEN, (double) id, Long.toString(id));
        }

        @Override
        public long read() {
            List<String> greatest =
                    client.zrange(Data.WRITTEN, ZRangeParams.zrangeParams(0, 0).rev());
            return greatest.isEmpty() ? 0 : Long.parseLong(greatest.get(0));
        }

        @Override
        public boolean tellsUnknown(Exception failure) {
            return failure instanceof JedisConnectionException;
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
