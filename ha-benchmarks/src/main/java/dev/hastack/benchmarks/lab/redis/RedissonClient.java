package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.testkit.RedisReplication;
import java.util.Collection;
import org.redisson.Redisson;
import org.redisson.api.RScoredSortedSet;
import org.redisson.client.RedisConnectionException;
import org.redisson.client.RedisTimeoutException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/**
 * Redisson in its Sentinel mode (<a href="https://redisson.pro/docs/configuration/#redis-sentinel-mode">Configuration</a>),
 * which reads from replicas unless told otherwise.
 */
record RedissonClient() implements Client<RedisServers, Session> {

    @Override
    public String id() {
        return "redisson";
    }

    @Override
    public String configuration() {
        return "Redisson, `useSentinelServers` with the three Sentinels, `RScoredSortedSet` with `StringCodec`; all else"
                + " left at its defaults (`readMode` SLAVE, `timeout` 3 s, 4 `retryAttempts` 1 to 2 s apart,"
                + " `scanInterval` 1 s)";
    }

    @Override
    public Session open(RedisServers servers) {
        Config config = new Config();
        config.useSentinelServers()
                .setMasterName(RedisReplication.SENTINEL_MASTER)
                .addSentinelAddress(servers.sentinelAddresses().stream()
                        .map(address -> "redis://" + address)
                        .toArray(String[]::new));
        org.redisson.api.RedissonClient client = Redisson.create(config);
        return new SortedSet(client, client.getScoredSortedSet(Data.WRITTEN, StringCodec.INSTANCE));
    }

    /** The set, by Redisson's own object for it. */
    private record SortedSet(org.redisson.api.RedissonClient client, RScoredSortedSet<String> written)
            implements Session {

        @Override
        public void write(long id) {
            written.add((double) id, Long.toString(id));
        }

        @Override
        public long read() {
            Collection<String> greatest = written.valueRangeReversed(0, 0);
            return greatest.isEmpty() ? 0 : Long.parseLong(greatest.iterator().next());
        }

        @Override
        public boolean tellsUnknown(Exception failure) {
            return failure instanceof RedisTimeoutException || failure instanceof RedisConnectionException;
        }

        @Override
        public void close() {
            client.shutdown();
        }
    }
}
