package dev.hastack.benchmarks.rebuild;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkIngester;
import co.elastic.clients.elasticsearch._helpers.bulk.BulkListener;
import co.elastic.clients.elasticsearch._types.ErrorCause;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import dev.hastack.benchmarks.Series;
import dev.hastack.elasticsearch.publication.BulkLimits;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.Rebuild;
import dev.hastack.elasticsearch.publication.RebuildProgress;
import dev.hastack.elasticsearch.publication.RebuildProgress.Phase;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Rebuilds of a publication, and the client's own BulkIngester filling an index, in turns, under the same live use. */
final class Rebuilding {
    private static final double LEAST_OF_PEER = 0.9;
    private static final double SECOND = 1e9;
    private static final String PEER = "plain-000001";

    private final Publication publication;
    private final ElasticsearchClient plain;
    private final Database database;
    private final int requests;
    private final List<Double> copied = new ArrayList<>();
    private final List<Double> took = new ArrayList<>();
    private final List<Double> ingested = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();
    private LiveUse.Tally whileRebuilt = LiveUse.Tally.NONE;
    private LiveUse.Tally whileIngested = LiveUse.Tally.NONE;

    /**
     * @param plain over the client's own transport
     * @param requests of the bulk that are under way at once, of both
     */
    Rebuilding(Publication publication, ElasticsearchClient plain, Database database, int requests) {
        this.publication = publication;
        this.plain = plain;
        this.database = database;
        this.requests = requests;
    }

    void play(int rounds) throws IOException, InterruptedException {
        // Warms up the code and the servers.
        double unused = rebuild() + ingest();
        took.clear();
        for (int round = 1; round <= rounds; round++) {
            boolean peerFirst = round % 2 == 0;
            double peer = peerFirst ? ingestUnderUse() : 0;
            Used own = underUse(this::rebuild);
            whileRebuilt = whileRebuilt.plus(own.tally());
            peer = peerFirst ? peer : ingestUnderUse();
            copied.add(own.rate());
            ingested.add(peer);
            ratios.add(own.rate() / peer);
            System.out.printf(
                    Locale.ROOT,
                    "round %d, %d at once: rebuild %.0f, BulkIngester %.0f documents a second%n",
                    round,
                    requests,
                    own.rate(),
                    peer);
        }
    }

    private double ingestUnderUse() throws IOException, InterruptedException {
        Used used = underUse(this::ingest);
        whileIngested = whileIngested.plus(used.tally());
        return used.rate();
    }

    /** Fills something with all documents; returns how many a second. */
    private interface Filling {
        double fill() throws IOException, InterruptedException;
    }

    private record Used(double rate, LiveUse.Tally tally) {}

    private Used underUse(Filling filling) throws IOException, InterruptedException {
        LiveUse use = new LiveUse(publication, database).start();
        try {
            double rate = filling.fill();
            return new Used(rate, use.stop());
        } catch (IOException | InterruptedException | RuntimeException e) {
            use.halt();
            throw e;
        }
    }

    /** What counts is the copying; the rest is waiting for other processes, and for copies of shards. */
    private double rebuild() throws IOException, InterruptedException {
        AtomicReference<RebuildProgress> last = new AtomicReference<>();
        Duration whole = publication
                .rebuild(Rebuild.of(database::read, Entry::id)
                        .withLimits(BulkLimits.COPYING.withRequests(requests))
                        .withListener(progress -> {
                            if (progress.phase() == Phase.COPYING) {
                                last.set(progress);
                            }
                        }))
                .took();
        took.add(whole.toNanos() / SECOND);
        RebuildProgress copying = last.get();
        if (copying == null) {
            throw new IllegalStateException("a rebuild of " + database.documents() + " documents told no progress");
        }
        return copying.rate();
    }

    /** Into an index as a rebuild fills it: without replicas, and refreshed at the end. */
    private double ingest() throws IOException {
        plain.indices()
                .create(index -> index.index(PEER)
                        .mappings(mapping -> mapping.withJson(new StringReader(Entry.MAPPING)))
                        .settings(settings -> settings.numberOfShards("1")
                                .numberOfReplicas("0")
                                .refreshInterval(interval -> interval.time("-1"))));
        Counts counts = new Counts(new AtomicInteger(), new AtomicInteger(), new AtomicReference<>("none"));
        long begin = System.nanoTime();
        try (BulkIngester<Void> ingester = BulkIngester.of(
                bulk -> bulk.client(plain).maxConcurrentRequests(requests).listener(counts))) {
            database.read()
                    .forEach(entry -> ingester.add(operation -> operation.index(
                            index -> index.index(PEER).id(entry.id()).document(entry))));
        }
        double rate = counts.stored().get() * SECOND / (System.nanoTime() - begin);
        plain.indices().delete(index -> index.index(PEER));
        if (counts.failed().get() > 0) {
            throw new IllegalStateException(counts.failed() + " documents of the peer failed, the last ones: "
                    + counts.failure().get());
        }
        return rate;
    }

    private record Counts(AtomicInteger stored, AtomicInteger failed, AtomicReference<String> failure)
            implements BulkListener<Void> {
        @Override
        public void beforeBulk(long id, BulkRequest request, List<Void> contexts) {}

        @Override
        public void afterBulk(long id, BulkRequest request, List<Void> contexts, BulkResponse response) {
            List<ErrorCause> errors = response.items().stream()
                    .flatMap(item -> Stream.ofNullable(item.error()))
                    .toList();
            errors.forEach(error -> failure.set(error.toString()));
            failed.addAndGet(errors.size());
            stored.addAndGet(response.items().size() - errors.size());
        }

        @Override
        public void afterBulk(long id, BulkRequest request, List<Void> contexts, Throwable thrown) {
            failure.set(thrown.toString());
            failed.addAndGet(request.operations().size());
        }
    }

    boolean held() {
        return Series.of(ratios).median() >= LEAST_OF_PEER
                && whileRebuilt.failedSearches() == 0
                && whileRebuilt.lost() == 0;
    }

    @Override
    public String toString() {
        Series ratio = Series.of(ratios);
        String atOnce = requests == 1 ? "One request" : requests + " requests";
        return String.format(
                Locale.ROOT,
                """
                %s under way at once, %,d documents, %d rounds:

                | | documents a second, median | p99 of the searches meanwhile, ms |
                |---|---:|---:|
                | rebuild, while it copies | %.0f | %.0f |
                | BulkIngester | %.0f | %.0f |

                The whole rebuild took %.1f s in the median.

                - %s: ratio of the rates: %.2f (%.2f to %.2f; at least %.1f in the median)
                - %s: failed searches: %d of %d (none allowed)
                - %s: live writes lost: %d of %d (none allowed); %d failed
                """,
                atOnce,
                database.documents(),
                ratios.size(),
                Series.of(copied).median(),
                Series.of(whileRebuilt.searches()).p99(),
                Series.of(ingested).median(),
                Series.of(whileIngested.searches()).p99(),
                Series.of(took).median(),
                verdict(ratio.median() >= LEAST_OF_PEER),
                ratio.median(),
                ratio.least(),
                ratio.greatest(),
                LEAST_OF_PEER,
                verdict(whileRebuilt.failedSearches() == 0),
                whileRebuilt.failedSearches(),
                whileRebuilt.searches().size() + whileRebuilt.failedSearches(),
                verdict(whileRebuilt.lost() == 0),
                whileRebuilt.lost(),
                whileRebuilt.writes(),
                whileRebuilt.failedWrites());
    }

    private static String verdict(boolean held) {
        return held ? "held" : "**missed**";
    }
}
