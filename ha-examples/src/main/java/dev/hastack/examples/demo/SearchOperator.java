package dev.hastack.examples.demo;

import dev.hastack.testkit.ElasticsearchNode;
import java.io.IOException;
import java.time.Duration;

/** What befalls Elasticsearch, and what an operator does about it. */
final class SearchOperator {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Platform platform;
    private final String publication;
    private final Timeline timeline;
    private final Recorder recorder;
    private final Duration load;

    /**
     * Of one scene, before which everything is whole.
     *
     * @param publication to break, or to rebuild
     */
    SearchOperator(Platform platform, String publication, Timeline timeline, Recorder recorder, Duration load) {
        this.platform = platform;
        this.publication = publication;
        this.timeline = timeline;
        this.recorder = recorder;
        this.load = load;
    }

    /** Kills a node, and starts it again. */
    void killNode() throws InterruptedException {
        ElasticsearchNode node = platform.stores().elasticsearch().node("es-1");
        recorder.absences().began(Kind.OF_ELASTICSEARCH);
        node.kill();
        timeline.note("Elasticsearch: es-1 killed");
        Deadline deadline = new Deadline(PATIENCE);
        while (!platform.stores().searchContents().isWritableAtTwoNodes()) {
            deadline.pause("the two nodes that are left do not hold all indices");
        }
        recorder.absences().ended(Kind.OF_ELASTICSEARCH);
        timeline.note("Elasticsearch: the two nodes that are left hold all indices");
        timeline.until(load.multipliedBy(2).dividedBy(3));
        node.start();
        platform.awaitSeen(Stores.ELASTICSEARCH, "es-1", "PEER");
        timeline.note("Elasticsearch: es-1 started again, and every server uses it");
    }

    /** Takes a publication's index away from all nodes, and gives it back. */
    void breakPublication() throws InterruptedException {
        String index = platform.stores().searchContents().index(publication);
        recorder.broken(publication);
        // Jobs of other publications wait as well: in the end all who do jobs do those that wait for this index.
        recorder.absences().began(Kind.OF_ELASTICSEARCH);
        platform.stores().elasticsearch().makeRed(index);
        timeline.note("Elasticsearch: no node has a copy of " + index + " any more: " + publication
                + " can be neither searched nor published");
        timeline.until(load.multipliedBy(3).dividedBy(4));
        platform.stores().elasticsearch().heal();
        recorder.absences().ended(Kind.OF_ELASTICSEARCH);
        timeline.note("Elasticsearch: " + index + " is back");
    }

    /** Has an editing server fill the publication's index anew. */
    void rebuild() throws InterruptedException {
        String before = platform.stores().searchContents().index(publication);
        try {
            RebuildWatch watch = RebuildWatch.begin(platform.anEditingServer(), publication);
            timeline.note("Elasticsearch: an editing server rebuilds " + before + " from PostgreSQL");
            Deadline deadline = new Deadline(PATIENCE);
            RebuildWatch.Progress progress = watch.progress();
            while (!progress.isOver()) {
                timeline.show(progress.bar());
                deadline.pause("the rebuild is not over: " + progress);
                progress = watch.progress();
            }
            if (progress.failed()) {
                recorder.writeFailed("the rebuild of " + publication + " failed; its server's log says why");
                return;
            }
            timeline.note(progress.bar());
        } catch (IOException e) {
            throw new IllegalStateException("the editing server that rebuilds does not answer: " + e, e);
        }
        timeline.note("Elasticsearch: " + platform.stores().searchContents().index(publication)
                + " has taken the place of " + before);
    }
}
