package dev.hastack.testkit;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Callers that write one document after another into an index, whatever befalls it. */
final class Writers implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int CALLERS = 3;
    private static final int SOME = 50;
    private static final Pattern FOUND = Pattern.compile("\"_id\":\"([^\"]+)\",\"found\":true");

    private final ElasticsearchCluster cluster;
    private final String index;
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger written = new AtomicInteger();

    Writers(ElasticsearchCluster cluster, String index) {
        this.cluster = cluster;
        this.index = index;
        for (int caller = 0; caller < CALLERS; caller++) {
            callers.execute(this::write);
        }
    }

    private void write() {
        while (!callers.isShutdown()) {
            String id = "written-" + written.incrementAndGet();
            try {
                cluster.request("PUT", "/" + index + "/_doc/" + id + "?timeout=500ms", "{\"title\": \"written\"}");
                acknowledged.add(id);
            } catch (ElasticsearchHttp.ErrorStatus | UncheckedIOException e) {
                // As it is with an index that has no copy: whether it was written is not known.
            }
        }
    }

    /** Waits until more have been acknowledged. */
    void awaitSome() {
        int before = acknowledged.size();
        Await.until(
                () -> SOME + " writes into " + index,
                LIMIT,
                () -> acknowledged.size() >= before + SOME,
                () -> this + "\n" + cluster.request("GET", "/_cat/shards?v", null));
    }

    /** The ids of documents that were acknowledged before, and that the index does not have. */
    List<String> lost() {
        List<String> expected = List.copyOf(acknowledged);
        String ids = expected.stream().map(id -> '"' + id + '"').collect(Collectors.joining(","));
        String answer = cluster.request(
                "POST", "/" + index + "/_mget?filter_path=docs._id,docs.found", "{\"ids\": [" + ids + "]}");
        Set<String> found = FOUND.matcher(answer)
                .results()
                .map((MatchResult each) -> each.group(1))
                .collect(Collectors.toSet());
        return expected.stream().filter(id -> !found.contains(id)).toList();
    }

    @Override
    public String toString() {
        return acknowledged.size() + " acknowledged writes of " + written;
    }

    @Override
    public void close() {
        callers.shutdown();
        try {
            if (!callers.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("writers of " + index + " do not end");
            }
        } catch (InterruptedException e) {
            callers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
