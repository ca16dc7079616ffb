package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.lab.redis.RedisServers;
import dev.hastack.core.HaStack;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.queue.Enqueue;
import dev.hastack.redis.queue.EnqueueUnknownException;
import dev.hastack.redis.queue.JobQueue;
import dev.hastack.redis.queue.JobStats;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What becomes of durably enqueued jobs when one primary after the other is killed, or moved. */
final class Failovers {
    private static final int CONSUMERS = 8;
    private static final Duration CLAIM_AFTER = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration SETTLED = Duration.ofSeconds(60);

    private final RedisServers servers;
    private final int failovers;
    private final int jobs;
    /** How often each job was done. */
    private final AtomicIntegerArray done;

    /** So that every failover meets producers at work: they get no further than where the one after the next begins. */
    private final Semaphore ahead;

    private final AtomicInteger enqueued = new AtomicInteger();
    private final LongAdder unknown = new LongAdder();

    private Failovers(RedisServers servers, int failovers, int jobs) {
        this.servers = servers;
        this.failovers = failovers;
        this.jobs = jobs;
        this.done = new AtomicIntegerArray(jobs);
        this.ahead = new Semaphore(share(2));
    }

    /**
     * What happened.
     *
     * @param lost jobs that were enqueued durably, and not done
     * @param text for the reader
     */
    record Result(int lost, String text) {}

    static Result play(RedisServers servers, int failovers, int jobs) throws Exception {
        servers.reset();
        return new Failovers(servers, failovers, jobs).play();
    }

    private Result play() throws Exception {
        long begin = System.nanoTime();
        try (HaStack stack = HaQueue.connect(servers);
                JobQueue queue = stack.get(HaRedis.class)
                        .queue("failovers")
                        .withConcurrency(CONSUMERS)
                        .withClaimAfter(CLAIM_AFTER)
                        .open()) {
            queue.consume(job -> done.incrementAndGet(Integer.parseInt(job.payload())));
            CompletableFuture<Void> failing = CompletableFuture.runAsync(this::failOver);
            Producers.enqueue(jobs, PATIENCE, number -> enqueue(queue, number));
            failing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            boolean all = await(PATIENCE, () -> missing() == 0 || idle(queue));
            return result(queue.stats(), all, (System.nanoTime() - begin) / 1e9);
        }
    }

    /** Again under the same key, as the exception says, until it is there. */
    private void enqueue(JobQueue queue, int number) throws InterruptedException {
        ahead.acquire();
        Enqueue how = Enqueue.durably().withKey("job-" + number);
        while (true) {
            try {
                queue.enqueue(Integer.toString(number), how);
                enqueued.incrementAndGet();
                return;
            } catch (EnqueueUnknownException e) {
                unknown.increment();
            }
        }
    }

    /** Primaries are killed and moved in turn, spread over the run; the former one becomes a replica. */
    private void failOver() {
        for (int i = 1; i <= failovers; i++) {
            int share = share(i);
            must("enough jobs are enqueued", PATIENCE, () -> enqueued.get() >= share);
            boolean kill = i % 2 == 1;
            RedisNode former = servers.replication().primary();
            if (kill) {
                former.kill();
            }
            RedisNode promoted = kill
                    ? servers.replication().awaitPrimaryOtherThan(former, SETTLED)
                    : servers.replication().failover();
            System.out.printf(
                    "%d of %d jobs enqueued: %s %s, %s promoted%n",
                    share, jobs, former, kill ? "killed" : "moved", promoted);
            // Earlier it would come between Sentinel and those whose roles it is changing, and take replicas back.
            must("Sentinels agree", SETTLED, () -> leader().isPresent());
            former.start();
            must(
                    "all follow one",
                    SETTLED,
                    () -> leader().filter(leader -> whole(leader, former)).isPresent());
            ahead.release(share(i + 2) - share(i + 1));
        }
    }

    /** The primary that all Sentinels name, if it and another node have found each other. */
    private Optional<RedisNode> leader() {
        return servers.replication().nodes().stream()
                .filter(node -> node.isRunning() && node.isPrimary() && named(node) && replicas(node) > 0)
                .findFirst();
    }

    /** Whether all follow it; has the former primary do so, as Sentinel does some ten seconds later. */
    private boolean whole(RedisNode leader, RedisNode former) {
        if (leader != former) {
            former.follow(leader);
        }
        return replicas(leader) == servers.replication().nodes().size() - 1;
    }

    /** How many jobs have been enqueued when the i-th failover begins. */
    private int share(int i) {
        return (int) ((long) jobs * Math.min(i, failovers + 1) / (failovers + 1));
    }

    /** Whether every Sentinel says that this is the primary. */
    private boolean named(RedisNode node) {
        return servers.replication().sentinels().stream()
                .allMatch(sentinel ->
                        sentinel.command("SENTINEL", "get-master-addr-by-name", RedisReplication.SENTINEL_MASTER)
                                        instanceof List<?> address
                                && address.contains(Integer.toString(node.port())));
    }

    private static long replicas(RedisNode primary) {
        return String.valueOf(primary.command("INFO", "replication"))
                .lines()
                .filter(line -> line.startsWith("slave") && line.contains("state=online"))
                .count();
    }

    private static void must(String what, Duration atMost, BooleanSupplier condition) {
        if (!await(atMost, condition)) {
            throw new IllegalStateException("waited in vain for " + atMost.toSeconds() + " s until " + what);
        }
    }

    private static boolean idle(JobQueue queue) {
        JobStats stats = queue.stats();
        return stats.waiting() + stats.inProgress() + stats.delayed() == 0;
    }

    private static boolean await(Duration atMost, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > atMost.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return true;
    }

    private int missing() {
        int missing = 0;
        for (int i = 0; i < jobs; i++) {
            missing += done.get(i) == 0 ? 1 : 0;
        }
        return missing;
    }

    private Result result(JobStats stats, boolean all, double seconds) {
        long twice = 0;
        for (int i = 0; i < jobs; i++) {
            twice += Math.max(0, done.get(i) - 1);
        }
        int lost = missing();
        return new Result(
                lost,
                String.format(
                        Locale.ROOT,
                        "%,d jobs enqueued durably (every replica in touch has them) by four threads, %d consumers, %d failovers by Sentinel, the primary"
                                + " killed and moved in turn: %d lost, %d done more than once, %d claimed,"
                                + " %d enqueues of unknown outcome repeated under their key, %d dead letters, in %.0f s%s.%n",
                        jobs,
                        CONSUMERS,
                        failovers,
                        lost,
                        twice,
                        stats.claimed(),
                        unknown.sum(),
                        stats.dead(),
                        seconds,
                        all ? "" : "; the queue was not empty at the end"));
    }
}
