package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.lab.round.Fault;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Something is wrong with the index of A for 10 s; the nodes are well, and so is B. */
enum FailedIndex implements Fault<ElasticsearchServers, Searching> {
    RED(
            "no node may have a copy of A: its searches fail at once, its writes wait for a minute, and calls to it pile up") {
        @Override
        void begin(ElasticsearchServers servers) {
            servers.cluster().makeRed(Publication.A.index());
        }
    },
    FLOOD_STAGE("A may only be read and deleted, as when a disk is full: writes to it are answered with 429") {
        @Override
        void begin(ElasticsearchServers servers) {
            servers.cluster().floodStage(Publication.A.index());
        }
    };

    private static final Duration LASTS = Duration.ofSeconds(10);

    private final String story;

    FailedIndex(String story) {
        this.story = story;
    }

    abstract void begin(ElasticsearchServers servers);

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String story() {
        return story;
    }

    @Override
    public Duration lasts() {
        return LASTS;
    }

    @Override
    public boolean promotes() {
        return false;
    }

    @Override
    public Moments strike(ElasticsearchServers servers, Searching session) throws InterruptedException {
        begin(servers);
        long struck = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(LASTS.toNanos());
        return Moments.withoutPromotion(struck);
    }

    @Override
    public boolean mend(ElasticsearchServers servers) {
        servers.cluster().heal();
        return true;
    }
}
