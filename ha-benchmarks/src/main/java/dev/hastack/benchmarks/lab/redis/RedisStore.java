package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.Artifact;
import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.benchmarks.lab.round.Load;
import dev.hastack.benchmarks.lab.round.Outcome;
import dev.hastack.benchmarks.lab.round.Pace;
import dev.hastack.benchmarks.lab.round.PrimaryStore;
import dev.hastack.benchmarks.lab.round.Round;
import dev.hastack.benchmarks.lab.round.Session;
import dev.hastack.benchmarks.lab.round.Target;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.redisson.Redisson;
import redis.clients.jedis.Jedis;

/** Redis under Sentinel: eight faults, ha-stack with and without durable writes, and six peers. */
public record RedisStore() implements PrimaryStore<RedisServers> {

    @Override
    public String id() {
        return "redis";
    }

    @Override
    public List<Fault<RedisServers, Session>> faults() {
        List<Fault<RedisServers, Session>> faults = new ArrayList<>(List.of(FailedPrimary.values()));
        faults.addAll(List.of(FailedReplica.values()));
        return faults;
    }

    @Override
    public List<Client<RedisServers, Session>> clients() {
        List<Client<RedisServers, Session>> clients = new ArrayList<>();
        clients.addAll(List.of(HaStackClient.values()));
        clients.addAll(List.of(LettuceClient.values()));
        clients.add(new RedissonClient());
        clients.add(new JedisClient());
        return clients;
    }

    @Override
    public List<Target<Outcome>> targets() {
        return withDeadline(
                HaStackClient.PLAIN,
                List.of(
                        Target.millis("killed", "first write after the promotion", Outcome::firstWriteOrNever, 200),
                        Target.millis("hung", "first write after the promotion", Outcome::firstWriteOrNever, 200),
                        Target.none("hung", "misled callers", Outcome::misled),
                        Target.millis("switchover", "first write after the promotion", Outcome::firstWriteOrNever, 200),
                        Target.none("stale", "misled callers", Outcome::misled),
                        Target.none("replica-killed", "failed reads", Outcome::failedReads),
                        Target.none("replica-hung", "failed reads", Outcome::failedReads),
                        Target.millis("replica-hung", "read silence", Outcome::readSilence, 250),
                        Target.none("replica-loading", "failed reads", Outcome::failedReads),
                        Target.none("replica-link-cut", "failed reads", Outcome::failedReads)));
    }

    @Override
    public List<Target<Outcome>> targets(Client<RedisServers, Session> client) {
        if (client != HaStackClient.DURABLE) {
            return targets();
        }
        List<Target<Outcome>> targets = new ArrayList<>();
        for (FailedPrimary fault : List.of(FailedPrimary.KILLED, FailedPrimary.HUNG, FailedPrimary.SWITCHOVER)) {
            targets.add(Target.millis(
                    fault.id(),
                    "first durable write after a replica acknowledges writes of the new primary",
                    Outcome::firstFollowedOrNever,
                    50));
            targets.add(Target.none(
                    fault.id(),
                    "durable writes that failed though they were called after the promotion",
                    Outcome::failedLater));
        }
        targets.add(Target.atMost(
                FailedPrimary.KILLED.id(),
                "failed durable writes, those under way",
                Outcome::failedWrites,
                Load.WRITERS));
        faults().forEach(fault -> targets.add(Target.none(fault.id(), "durable writes lost", Outcome::lost)));
        return withDeadline(HaStackClient.DURABLE, targets);
    }

    private List<Target<Outcome>> withDeadline(HaStackClient client, List<Target<Outcome>> others) {
        List<Target<Outcome>> targets = new ArrayList<>(others);
        faults().forEach(
                        fault -> targets.add(Target.everyTime(fault.id(), "longest call", Outcome::longestCall, (double)
                                client.deadline().toMillis())));
        return targets;
    }

    @Override
    public Pace pace() {
        return new Pace(3, 2, Duration.ofSeconds(20), Round.AROUND);
    }

    @Override
    public String versions(RedisServers servers) {
        String server = RedisServers.info(servers.main(), "server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("of an unknown version");
        return "Redis " + server + ", Lettuce " + Artifact.version(RedisClient.class, "io.lettuce/lettuce-core")
                + ", Redisson "
                + Artifact.version(Redisson.class, "org.redisson/redisson") + ", Jedis "
                + Artifact.version(Jedis.class, "redis.clients/jedis");
    }

    @Override
    public RedisServers start() {
        return RedisServers.start();
    }
}
