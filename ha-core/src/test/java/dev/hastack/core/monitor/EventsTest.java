package dev.hastack.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners hear of changes, whatever they do themselves. */
@Timeout(60)
class EventsTest {
    private static final TopologyEvent UP =
            TopologyEvent.of("redis", new Change.NodeUp("main"), Snapshot.initial(Optional.empty(), Optional.empty()));

    @Test
    void a_listener_that_closes_them_is_neither_waited_for_nor_interrupted_and_the_others_hear_the_rest()
            throws Exception {
        Events events = new Events();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CompletableFuture<TopologyEvent> heard = new CompletableFuture<>();
        var unused = events.subscribe(event -> {
            events.close();
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        var unusedToo = events.subscribe(heard::complete);

        events.offer(UP);

        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isFalse();
        assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo(UP);
    }

    @Test
    void a_store_that_writes_its_own_lines_reaches_listeners() throws Exception {
        try (Events events = new Events()) {
            CompletableFuture<TopologyEvent> heard = new CompletableFuture<>();
            var unused = events.subscribe(heard::complete);

            events.unlogged(UP);

            assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo(UP);
        }
    }
}
