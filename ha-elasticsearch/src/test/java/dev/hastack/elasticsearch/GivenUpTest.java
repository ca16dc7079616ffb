package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import co.elastic.clients.elasticsearch.core.CountRequest;
import co.elastic.clients.elasticsearch.core.CountResponse;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What becomes of calls whose callers do not wait for their end. */
class GivenUpTest {
    private static final Duration SOON = Duration.ofMillis(100);

    private final Logger log = (Logger) LoggerFactory.getLogger("dev.hastack.topology");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(lines);
        boolean unused = Thread.interrupted();
    }

    private static CannedCluster silent(CannedNode node) {
        return CannedCluster.of(Map.of(), node);
    }

    private interface Work {
        void run() throws IOException;
    }

    /** On a thread that is interrupted when the node has been asked. */
    private static Throwable interrupted(CannedNode node, Work work) throws InterruptedException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                work.run();
                end.complete(null);
            } catch (IOException | RuntimeException e) {
                end.completeExceptionally(e);
            }
            flag.complete(Thread.currentThread().isInterrupted());
        });
        caller.start();
        Eventually.until("it was sent", () -> node.asked() == 1);
        caller.interrupt();
        caller.join(10_000);
        assertThat(flag).as("the interrupt flag is set").isCompletedWithValue(true);
        return end.handle((nothing, error) -> error).join();
    }

    /** The line that tells what a fault cost, if it cost anything. */
    private List<String> cost(CannedCluster cluster) {
        Instant now = Instant.EPOCH;
        cluster.router().toll().fault(now);
        cluster.router().toll().close(now.plusSeconds(1));
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static void assertFailure(Throwable error, Outcome outcome, Reason reason) {
        StackFailure failure = StackFailure.of(error).orElseThrow();
        assertThat(failure.outcome()).isEqualTo(outcome);
        assertThat(failure.reason()).isEqualTo(reason);
    }

    @Test
    void a_write_whose_thread_is_interrupted_has_an_unknown_outcome_and_counts_once() throws Exception {
        try (CannedNode node = CannedNode.taking(CannedNode.NEVER);
                CannedCluster cluster = silent(node).started()) {
            Throwable error = interrupted(node, cluster::write);

            assertThat(error)
                    .isInstanceOf(ElasticsearchOutcomeUnknownException.class)
                    .hasMessage("index of cms-news-write: interrupted while it waited for its answer");
            assertFailure(error, Outcome.UNKNOWN, Reason.INTERRUPTED);
            assertThat(cost(cluster))
                    .singleElement()
                    .satisfies(line -> assertThat(line).endsWith("failed 0, of unknown outcome 1"));
        }
    }

    @Test
    void a_write_that_nobody_looks_after_ends_with_an_unknown_outcome_and_counts_once() throws Exception {
        try (CannedNode node = CannedNode.taking(CannedNode.NEVER);
                CannedCluster cluster = silent(node)) {
            assertThatThrownBy(() -> TimeLimit.within(SOON, () -> {
                        cluster.write();
                        return true;
                    }))
                    .isInstanceOf(ElasticsearchOutcomeUnknownException.class)
                    .hasMessageStartingWith("index of cms-news-write: not ended within its time: ")
                    .satisfies(error -> assertFailure(error, Outcome.UNKNOWN, Reason.TIMED_OUT));
            assertThat(cost(cluster))
                    .singleElement()
                    .satisfies(line -> assertThat(line).endsWith("failed 0, of unknown outcome 1"));
        }
    }

    @Test
    void a_read_whose_thread_is_interrupted_was_not_done_and_costs_nothing() throws Exception {
        try (CannedNode node = CannedNode.counting(CannedNode.NEVER);
                CannedCluster cluster = silent(node).started()) {
            Throwable error = interrupted(node, cluster::count);

            assertThat(error).isInstanceOf(ElasticsearchInterruptedException.class);
            assertFailure(error, Outcome.NOT_DONE, Reason.INTERRUPTED);
            assertThat(cost(cluster)).isEmpty();
        }
    }

    @Test
    void a_thread_that_is_interrupted_already_sends_nothing() throws Exception {
        try (CannedNode node = CannedNode.taking(Duration.ZERO);
                CannedCluster cluster = silent(node).started()) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(cluster::write)
                    .isInstanceOf(ElasticsearchInterruptedException.class)
                    .satisfies(error -> assertFailure(error, Outcome.NOT_SENT, Reason.INTERRUPTED));
            assertThat(Thread.interrupted()).as("the interrupt flag is set").isTrue();
            assertThat(node.asked()).isZero();
        }
    }

    @Test
    void an_answer_that_is_there_stands_when_its_caller_gives_up() throws Exception {
        try (CannedNode node = CannedNode.counting(Duration.ZERO);
                CannedCluster cluster = silent(node).started()) {
            CountRequest request = CountRequest.of(count -> count.index("cms-news-read"));
            Call<CountRequest, CountResponse> call = new Call<>(
                    request,
                    CountRequest._ENDPOINT,
                    Operation.of("es/count", "POST"),
                    "cms-news-read",
                    "cms-news-read",
                    cluster.router(),
                    Mappers.standard(),
                    null,
                    Long.MAX_VALUE,
                    false);
            cluster.router().begin(call);
            Eventually.until("it is answered", () -> call.result().isDone());

            call.giveUp(Reason.INTERRUPTED, "interrupted");

            assertThat(call.result().join().count()).isEqualTo(7);
        }
    }

    @Test
    void a_write_that_its_caller_cancels_counts_as_one_of_unknown_outcome() throws Exception {
        try (CannedNode node = CannedNode.taking(CannedNode.NEVER);
                CannedCluster cluster = silent(node).started()) {
            CompletableFuture<?> write = cluster.async().index(CannedCluster.document());
            Eventually.until("it was sent", () -> node.asked() == 1);

            write.cancel(true);

            Eventually.until("nothing is under way", () -> node(cluster).underWay() == 0);
            assertThatThrownBy(write::join).isInstanceOf(CancellationException.class);
            assertThat(cost(cluster))
                    .singleElement()
                    .satisfies(line -> assertThat(line).endsWith("failed 0, of unknown outcome 1"));
        }
    }

    private static NodeChannel node(CannedCluster cluster) {
        return cluster.channels().values().iterator().next();
    }
}
