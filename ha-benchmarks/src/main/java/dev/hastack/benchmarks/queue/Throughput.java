package dev.hastack.benchmarks.queue;

import dev.hastack.benchmarks.Series;
import dev.hastack.benchmarks.lab.redis.RedisServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How many jobs per second each contender does, rounds of all of them alternating. */
final class Throughput {
    private static final List<Contender> CONTENDERS =
            List.of(HaQueue.PLAIN, HaQueue.DURABLE, new RedissonQueue(), new BareStream());
    private static final List<Integer> CONSUMERS = List.of(1, 8);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int WARM_UP = 5000;

    private final RedisServers servers;
    private final Map<String, List<Double>> enqueued = new LinkedHashMap<>();
    private final Map<String, List<Double>> done = new LinkedHashMap<>();
    private int queues;

    private Throughput(RedisServers servers) {
        this.servers = servers;
    }

    /** Measures; the result is a table of Markdown. */
    static String measure(RedisServers servers, int rounds, int jobs) throws Exception {
        Throughput throughput = new Throughput(servers);
        for (int round = 0; round <= rounds; round++) {
            List<Contender> order = new ArrayList<>(CONTENDERS);
            if (round % 2 == 0) {
                Collections.reverse(order);
            }
            for (int consumers : CONSUMERS) {
                for (Contender contender : order) {
                    if (round == 0) {
                        throughput.play(contender, consumers, WARM_UP);
                    } else {
                        throughput.record(contender, consumers, jobs);
                    }
                }
            }
        }
        return throughput.table(rounds, jobs);
    }

    /** Jobs per second, until the last was enqueued, and until the last was done. */
    private record Speed(double enqueued, double done) {}

    private void record(Contender contender, int consumers, int jobs) throws Exception {
        Speed speed = play(contender, consumers, jobs);
        String key = key(contender, consumers);
        enqueued.computeIfAbsent(key, any -> new ArrayList<>()).add(speed.enqueued());
        done.computeIfAbsent(key, any -> new ArrayList<>()).add(speed.done());
        System.out.printf(
                Locale.ROOT,
                "%-18s %d consumers: %.0f enqueued, %.0f done per second%n",
                contender.id(),
                consumers,
                speed.enqueued(),
                speed.done());
    }

    private Speed play(Contender contender, int consumers, int jobs) throws Exception {
        servers.reset();
        CountDownLatch left = new CountDownLatch(jobs);
        try (Contender.Running queue =
                contender.open(servers, "jobs-" + queues++, consumers, payload -> left.countDown())) {
            long begin = System.nanoTime();
            Producers.enqueue(jobs, PATIENCE, number -> queue.enqueue("job " + number));
            double enqueuing = (System.nanoTime() - begin) / 1e9;
            if (!left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(contender.id() + " has left " + left.getCount() + " jobs of " + jobs);
            }
            return new Speed(jobs / enqueuing, jobs / ((System.nanoTime() - begin) / 1e9));
        }
    }

    private static String key(Contender contender, int consumers) {
        return contender.id() + "/" + consumers;
    }

    private String table(int rounds, int jobs) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Jobs per second, the median of %d rounds of %,d jobs, least and greatest after it. Four threads enqueue while"
                        + " the consumers work; a job does nothing.%n%n",
                rounds,
                jobs));
        text.append("| queue | consumers | enqueued | done |\n|-------|----------:|---------:|-----:|\n");
        for (int consumers : CONSUMERS) {
            for (Contender contender : CONTENDERS) {
                String key = key(contender, consumers);
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %d | %s | %s |%n",
                        contender.id(),
                        consumers,
                        cell(enqueued.getOrDefault(key, List.of())),
                        cell(done.getOrDefault(key, List.of()))));
            }
        }
        text.append('\n');
        CONTENDERS.forEach(contender -> text.append("- `")
                .append(contender.id())
                .append("`: ")
                .append(contender.configuration())
                .append('\n'));
        return text.toString();
    }

    private static String cell(List<Double> figures) {
        Series series = Series.of(figures);
        return String.format(Locale.ROOT, "%.0f (%.0f to %.0f)", series.median(), series.least(), series.greatest());
    }
}
