package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.Balancer;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import dev.hastack.examples.http.WebServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientsTest {

    private static final Article BREAD = new Article("noun-food", "n-1", 1, "bread", "food", List.of());

    private final Queue<String> received = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final News news = new News(BREAD, System::nanoTime);
    private final Shelf shelf = new Shelf(List.of(BREAD), Duration.ZERO, Duration.ZERO, System::nanoTime);
    private final Recorder recorder = new Recorder();
    private Article served = BREAD;
    private WebServer server;
    private Balancer balancer;
    private Clients clients;

    @BeforeEach
    void start() throws IOException {
        server = WebServer.start(0, this::answer);
        balancer = new Balancer(List.of(URI.create("http://localhost:" + server.port())));
        clients = new Clients(
                balancer, balancer, balancer, () -> BREAD, List.of(BREAD), shelf, news, recorder, stopped::get);
    }

    @AfterEach
    void stop() {
        balancer.close();
        server.close();
    }

    @Test
    void a_saved_article_is_acknowledged_and_its_publication_promised() throws Exception {
        clients.write();

        assertThat(received).containsExactly("PUT " + BREAD.path(), "POST " + BREAD.path() + "/publish");
        assertThat(recorder.acknowledged()).containsExactly(Map.entry(BREAD.path(), BREAD));
        assertThat(recorder.toPublish()).containsExactly(Map.entry(BREAD.path(), BREAD));
        assertThat(recorder.requests()).isEqualTo(2);
        assertThat(recorder.writeFailures()).isEmpty();
    }

    @Test
    void a_publication_that_nobody_promised_is_not_waited_for() throws Exception {
        failures.addAll(List.of(201, 503));
        stopped.set(true);

        clients.write();
        clients.proofread();

        assertThat(recorder.toPublish()).isEmpty();
        assertThat(received).noneMatch(request -> request.endsWith("/publication"));
    }

    @Test
    void a_proofreader_asks_until_the_article_is_published() throws Exception {
        clients.write();
        failures.addAll(List.of(404, 503));

        clients.proofread();

        assertThat(received.stream().filter(request -> request.endsWith("/publication")))
                .hasSize(3);
        assertThat(recorder.readFailures()).isEmpty();
    }

    @Test
    void a_job_that_is_seen_done_ends_the_silence_of_jobs_only_if_it_is_younger_than_all_before() throws Exception {
        clients.write();
        clients.write();
        recorder.jobDone(2);
        long silentSince = last(recorder.silences(Kind.JOBS)).from();

        recorder.jobDone(1);
        assertThat(last(recorder.silences(Kind.JOBS)).from()).isEqualTo(silentSince);

        clients.write();
        recorder.jobDone(3);
        assertThat(last(recorder.silences(Kind.JOBS)).from()).isGreaterThan(silentSince);
    }

    @Test
    void a_proofreader_goes_on_in_larger_steps_while_jobs_are_done_and_looks_at_what_it_left_out_later()
            throws Exception {
        for (int i = 0; i < 9; i++) {
            clients.write();
        }

        for (int i = 0; i < 9; i++) {
            clients.proofread(); // 1, 3, 7, 9, and then 2, 4, 5, 6, 8
        }
        clients.proofread();

        assertThat(received.stream().filter(request -> request.endsWith("/publication")))
                .hasSize(9);
    }

    private static Span last(List<Span> spans) {
        return spans.get(spans.size() - 1);
    }

    @Test
    void a_search_that_finds_the_article_has_succeeded_and_one_that_does_not_has_failed() throws Exception {
        for (int i = 0; i < 50; i++) {
            clients.read(); // some of them are searches
        }
        assertThat(received).contains("GET /publications/noun-food/search");
        assertThat(recorder.searchFailures()).isEmpty();

        served = new Article("noun-food", "n-9", 1, "water", "", List.of());
        for (int i = 0; i < 50; i++) {
            clients.read();
        }
        assertThat(recorder.searchFailures()).isNotEmpty();
    }

    @Test
    void a_search_in_a_publication_that_is_broken_may_fail() throws Exception {
        recorder.broken(BREAD.publication());
        served = new Article("noun-food", "n-9", 1, "water", "", List.of());

        for (int i = 0; i < 50; i++) {
            clients.read(); // some of them are searches
        }

        assertThat(recorder.searchFailures()).isEmpty();
    }

    @Test
    void readers_come_by_the_route() throws Exception {
        for (int i = 0; i < 50; i++) {
            clients.read(); // some of them are of the news, or listings
        }

        assertThat(received).contains("GET /noun-food/bread-n-1").doesNotContain("GET " + BREAD.path());
    }

    @Test
    void a_failed_save_is_counted_and_sent_again_until_it_is_acknowledged() throws Exception {
        failures.addAll(List.of(503, 503));

        clients.write();

        assertThat(recorder.writeFailures()).hasSize(2);
        assertThat(recorder.requests()).isEqualTo(4);
        assertThat(recorder.acknowledged()).containsKey(BREAD.path());
    }

    @Test
    void a_save_that_failed_when_the_load_ended_is_not_acknowledged() throws Exception {
        failures.add(503);
        stopped.set(true);

        clients.write();

        assertThat(recorder.writeFailures()).hasSize(1);
        assertThat(recorder.acknowledged()).isEmpty();
    }

    @Test
    void after_a_503_it_is_known_that_a_save_did_not_happen_and_after_a_504_it_is_not() throws Exception {
        failures.add(503);
        clients.write();
        assertThat(recorder.isUnknown(BREAD)).isFalse();

        failures.add(504);
        clients.write();
        assertThat(recorder.isUnknown(BREAD)).isTrue();
    }

    @Test
    void the_next_edition_of_the_news_is_not_due_before_the_last_is_published() throws Exception {
        failures.add(503);
        stopped.set(true);
        clients.report();
        assertThat(news.next()).isEqualTo(BREAD);

        clients.report();
        assertThat(news.next().version()).isEqualTo(2);
    }

    @Test
    void a_reader_of_superseded_news_tells_for_how_long_they_were() throws Exception {
        clients.report();
        clients.report();
        served = BREAD;

        for (int i = 0; i < 50; i++) {
            clients.read(); // some of them are of the news
        }

        assertThat(recorder.oldestRead()).isPositive();
        assertThat(recorder.readFailures()).isEmpty();
    }

    @Test
    void a_read_that_failed_has_failed() throws Exception {
        failures.add(503);

        clients.read();

        assertThat(recorder.failures()).isEqualTo(1);
        assertThat(recorder.readFailures().isEmpty() ? recorder.searchFailures() : recorder.readFailures())
                .singleElement()
                .asString()
                .startsWith("GET ")
                .contains("503", "as the test wants it");
        assertThat(recorder.requests()).isEqualTo(1);
    }

    @Test
    void a_read_of_something_else_than_what_was_published_has_failed() throws Exception {
        served = new Article("noun-food", "n-9", 1, "water", "", List.of());

        for (int i = 0; i < 50; i++) {
            clients.read(); // some of them are listings, which have ids all the same, or searches
        }

        assertThat(recorder.readFailures()).isNotEmpty();
    }

    @Test
    void an_edit_saves_the_next_version_of_what_was_loaded() throws Exception {
        served = BREAD.revised("older");

        clients.edit();

        assertThat(recorder.acknowledged().values())
                .extracting(Article::version)
                .containsExactly(3L);
        assertThat(received).containsExactly("GET /", "GET /api" + BREAD.path(), "PUT /api" + BREAD.path());
    }

    private Response answer(Request request) {
        if (request.path().equals(List.of("health"))) {
            return Response.json(200, Map.of());
        }
        received.add(request.method() + " " + request.address());
        Integer failure = failures.poll();
        if (failure != null) {
            throw new HttpError(failure, "as the test wants it");
        }
        if (request.address().endsWith("/publication")) {
            return Response.json(200, Map.of("version", news.next().version()));
        }
        return request.path().isEmpty()
                ? Response.of(200, "text/html", "<title>Editor</title>")
                : Response.json(200, served);
    }
}
