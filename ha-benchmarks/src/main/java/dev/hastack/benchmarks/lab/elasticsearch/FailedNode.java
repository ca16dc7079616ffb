package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.lab.round.Fault;
import dev.hastack.testkit.ElasticsearchNode;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A node fails that has copies of both publications, or every node is away for a while. */
enum FailedNode implements Fault<ElasticsearchServers, Searching> {
    KILLED("SIGKILL to a node that has A's primary and a replica of B; 5 s later it starts again", 15) {
        @Override
        void play(ElasticsearchServers servers) throws InterruptedException {
            servers.struck().kill();
            TimeUnit.SECONDS.sleep(5);
        }

        @Override
        public boolean mend(ElasticsearchServers servers) {
            servers.cluster().nodes().forEach(ElasticsearchNode::start);
            return true;
        }
    },
    HUNG("SIGSTOP to that node, which goes on 10 s later", 10) {
        @Override
        void play(ElasticsearchServers servers) throws InterruptedException {
            ElasticsearchNode node = servers.struck();
            node.hang();
            TimeUnit.SECONDS.sleep(10);
            node.resume();
        }
    },
    RESTARTS("every node is stopped and started again, one after the other, the next when all is green", 40) {
        @Override
        void play(ElasticsearchServers servers) {
            for (ElasticsearchNode node : servers.cluster().nodes()) {
                node.stop();
                node.start();
                servers.cluster().awaitHealth("green", GREEN);
            }
        }
    };

    private static final Duration GREEN = Duration.ofSeconds(60);

    private final String story;
    private final Duration lasts;

    FailedNode(String story, int seconds) {
        this.story = story;
        this.lasts = Duration.ofSeconds(seconds);
    }

    abstract void play(ElasticsearchServers servers) throws InterruptedException;

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String story() {
        return story;
    }

    @Override
    public Duration lasts() {
        return lasts;
    }

    @Override
    public boolean promotes() {
        return false;
    }

    @Override
    public Moments strike(ElasticsearchServers servers, Searching session) throws InterruptedException {
        long struck = System.nanoTime();
        play(servers);
        return Moments.withoutPromotion(struck);
    }
}
