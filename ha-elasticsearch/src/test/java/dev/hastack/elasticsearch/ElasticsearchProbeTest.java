package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.TlsDoubt;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that answers some questions and refuses others, with statuses and bodies as real ones send. */
class ElasticsearchProbeTest {
    private static final Map<String, String> ANSWERS = Map.of(
            "/_nodes", "{\"nodes\":{\"n1\":{\"version\":\"8.19.0\"}}}",
            "/_cluster/state",
                    "{\"cluster_uuid\":\"uuid\",\"master_node\":\"n2\",\"nodes\":{\"n1\":{\"name\":\"a\"},\"n2\":{\"name\":\"b\"}}}",
            "/", "{\"cluster_uuid\":\"uuid\"}");

    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
    private final Map<String, String> bodies = new ConcurrentHashMap<>(ANSWERS);
    private final List<NodeInfo> informed = new ArrayList<>();
    private volatile boolean elasticsearch = true;
    private volatile boolean closing;
    private HttpServer server;
    private ElasticsearchProbe probe;

    ElasticsearchProbeTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        probe = probe(true);
    }

    private ElasticsearchProbe probe(boolean writable) {
        return new ElasticsearchProbe(
                () -> new HttpConnection(CannedNode.target(server.getAddress().getPort())),
                informed::add,
                new ElasticsearchProbe.ProbeClock(),
                () -> Map.of(),
                new TlsDoubt(Optional::empty, false, Duration.ofSeconds(1), ""),
                writable);
    }

    @BeforeEach
    void start() {
        ANSWERS.keySet()
                .forEach(path -> server.createContext(path, exchange -> {
                    int status = statuses.getOrDefault(path, 200);
                    byte[] body = (status == 200
                                    ? bodies.getOrDefault(path, "{}")
                                    : "{\"error\":{\"type\":\"security_exception\",\"reason\":\"unauthorized\"}}")
                            .getBytes(StandardCharsets.UTF_8);
                    if (elasticsearch) {
                        exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
                    }
                    if (closing && status != 200) {
                        exchange.getResponseHeaders().set("Connection", "close");
                    }
                    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                }));
        server.start();
    }

    @AfterEach
    void stop() {
        probe.close();
        server.stop(0);
    }

    private Answer ask() throws Exception {
        probe.arm();
        return probe.ask();
    }

    private NodeInfo last() {
        return informed.get(informed.size() - 1);
    }

    @Test
    void knows_all_where_nothing_is_refused() throws Exception {
        assertThat(ask().refused()).isEmpty();
        assertThat(last()).isEqualTo(new NodeInfo("n1", "uuid", java.util.Set.of("n1", "n2"), Optional.empty()));
    }

    @ParameterizedTest(name = "{0} answered by {1}")
    @CsvSource(delimiter = '|', textBlock = """
                /_nodes         | 403 | GET /_nodes/_local
                /_nodes         | 404 | GET /_nodes/_local
                /_nodes         | 429 | GET /_nodes/_local
                /_cluster/state | 403 | GET /_cluster/state
                /_cluster/state | 404 | GET /_cluster/state
                /_cluster/state | 429 | GET /_cluster/state
                /_nodes         | 500 | GET /_nodes/_local
                /_nodes         | 503 | GET /_nodes/_local
                /_cluster/state | 302 | GET /_cluster/state
                /_cluster/state | 500 | GET /_cluster/state
                /_cluster/state | 502 | GET /_cluster/state
                /_cluster/state | 503 | GET /_cluster/state
                """)
    void loses_what_one_refused_question_asks_for_and_nothing_else(String path, int status, String question)
            throws Exception {
        statuses.put(path, status);

        Answer answer = ask();

        assertThat(answer.role()).isEqualTo(Role.PEER);
        assertThat(answer.identity()).hasValue("uuid");
        assertThat(answer.refused())
                .singleElement()
                .satisfies(
                        refused -> assertThat(refused.use()).isEqualTo(Refused.Use.NOTHING),
                        refused -> assertThat(refused.text()).startsWith(question + " refused: HTTP " + status));
        assertThat(last().id()).isEqualTo(path.equals("/_nodes") ? "" : "n1");
        assertThat(last().members()).hasSize(path.equals("/_nodes") ? 2 : 0);

        statuses.clear();
        assertThat(ask().refused()).as("as soon as it is answered again").isEmpty();
        assertThat(last().id()).isEqualTo("n1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/_nodes", "/_cluster/state"})
    void goes_on_to_ask_where_a_refusal_ends_the_connection(String path) throws Exception {
        closing = true;
        statuses.put(path, 403);

        for (int probes = 0; probes < 2; probes++) {
            Answer answer = ask();
            assertThat(answer.identity()).hasValue("uuid");
            assertThat(answer.refused()).hasSize(1);
        }
    }

    @Test
    void stays_with_the_cluster_that_a_node_named_where_it_does_not_name_it_again() throws Exception {
        ask();
        ANSWERS.keySet().forEach(path -> statuses.put(path, 403));

        assertThat(ask().identity()).hasValue("uuid");
        probe.close();
        Answer answer = ask();
        assertThat(answer.identity()).as("also on a new connection").hasValue("uuid");
        assertThat(answer.refused()).hasSize(3);
    }

    @Test
    void takes_a_node_that_refuses_every_question_for_one_of_which_little_is_known() throws Exception {
        ANSWERS.keySet().forEach(path -> statuses.put(path, 403));

        assertThat(ask().identity()).isEmpty();
        assertThat(ask().role()).isEqualTo(Role.PEER);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 429})
    void takes_no_other_server_for_a_node(int status) {
        elasticsearch = false;
        ANSWERS.keySet().forEach(path -> statuses.put(path, status));

        assertThatThrownBy(this::ask).isInstanceOf(NodeRefusedException.class).hasMessageContaining("HTTP " + status);
    }

    @Test
    void fails_where_the_node_refuses_whoever_asks() {
        statuses.put("/_cluster/state", 401);

        assertThatThrownBy(this::ask).isInstanceOf(NodeRefusedException.class).hasMessageContaining("HTTP 401");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fails_where_the_node_is_not_ready_for_any_question(boolean known) throws Exception {
        if (known) {
            ask();
        }
        ANSWERS.keySet().forEach(path -> statuses.put(path, 503));

        assertThatThrownBy(this::ask).isInstanceOf(NodeRefusedException.class).hasMessageContaining("HTTP 503");
    }

    @Test
    void uses_a_node_that_says_who_it_is_and_nothing_of_its_cluster() throws Exception {
        ask();
        statuses.put("/_cluster/state", 502);
        statuses.put("/", 404);

        assertThat(ask().identity()).as("on the same connection").hasValue("uuid");
        probe.close();
        Answer answer = ask();
        assertThat(answer.identity()).as("on a new one").hasValue("uuid");
        assertThat(answer.refused()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/_nodes", "/_cluster/state"})
    void uses_a_node_of_which_one_question_is_answered_by_a_page_of_something_before_it(String path) throws Exception {
        bodies.put(path, "<h1>Log in</h1>");

        Answer answer = ask();

        assertThat(answer.identity()).hasValue("uuid");
        assertThat(answer.refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.text())
                        .endsWith(" refused: expected JSON of Elasticsearch, but got <h1>Log in</h1>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "<h1>Log in</h1>", ""})
    void says_what_it_got_where_no_answer_is_one_of_elasticsearchs(String body) {
        ANSWERS.keySet().forEach(path -> bodies.put(path, body));

        assertThatThrownBy(this::ask)
                .isInstanceOf(IOException.class)
                .hasMessage("expected JSON of Elasticsearch, but got " + (body.isEmpty() ? "nothing" : body))
                .satisfies(error -> assertThat(ElasticsearchErrors.kind(error))
                        .isNotEmpty()
                        .isNotEqualTo(Optional.of(Kind.DENIED)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"cluster_uuid\":null,\"nodes\":null}",
                "{\"cluster_uuid\":\"uuid\",\"nodes\":7}",
                "{\"cluster_uuid\":\"uuid\",\"nodes\":{},\"master_node\":\"n\",\"blocks\":{\"global\":{\"6\":{}}}}"
            })
    void asks_otherwise_for_the_cluster_where_its_state_is_not_what_it_should_be(String body) throws Exception {
        bodies.put("/_cluster/state", body);

        Answer answer = ask();

        assertThat(answer.identity()).hasValue("uuid");
        assertThat(answer.refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.text())
                        .isEqualTo("GET /_cluster/state refused: expected JSON of Elasticsearch, but got " + body));
        assertThat(last().members()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                {"cluster_uuid":"uuid"} | it knows no elected master
                {"cluster_uuid":"uuid","master_node":"n2","blocks":{"global":{"6":{"description":"cluster read-only (api)","retryable":false,"levels":["write","metadata_write"]}}}} | cluster read-only (api)
                """)
    void says_why_writes_are_refused_to_a_stack_that_may_write(String state, String why) throws Exception {
        bodies.put("/_cluster/state", state);

        assertThat(ask().refused()).containsExactly(Refused.writes(why));
        probe.close();
        probe = probe(false);
        assertThat(ask().refused()).as("to one that may not").isEmpty();
    }
}
