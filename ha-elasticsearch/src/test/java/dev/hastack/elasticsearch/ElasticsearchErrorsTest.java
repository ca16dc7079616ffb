package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.transport.ElasticsearchTransportBase;
import co.elastic.clients.transport.TransportException;
import co.elastic.clients.transport.http.TransportHttpClient;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.failure.spi.Verdict.Again;
import dev.hastack.core.failure.spi.Verdict.Blame;
import dev.hastack.core.topology.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The error table, row by row: answers of real servers, and real connections that fail. */
class ElasticsearchErrorsTest {

    @ParameterizedTest(name = "{0} {1}: {4} {5} {6}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                # status | type                            | of      | details                       | outcome  | again     | blame   | kind
                429 | es_rejected_execution_exception      | read    | -                             | NOT_DONE | LATER     | CLUSTER | OVERLOADED
                429 | es_rejected_execution_exception      | write   | -                             | NOT_DONE | LATER     | CLUSTER | OVERLOADED
                429 | circuit_breaking_exception           | read    | "durability":"TRANSIENT"      | NOT_DONE | LATER     | CLUSTER | OVERLOADED
                429 | circuit_breaking_exception           | read    | "durability":"PERMANENT"      | NOT_DONE | NO        | CLUSTER | OVERLOADED
                429 | cluster_block_exception              | read    | -                             | NOT_DONE | NO        | NOBODY  | -
                429 | cluster_block_exception              | write   | -                             | NOT_DONE | NO        | INDEX   | -
                429 | search_phase_execution_exception     | read    | -                             | NOT_DONE | LATER     | CLUSTER | OVERLOADED
                503 | cluster_block_exception              | write   | -                             | NOT_DONE | LATER     | CLUSTER | -
                503 | master_not_discovered_exception      | write   | -                             | NOT_DONE | LATER     | CLUSTER | -
                503 | search_phase_execution_exception     | read    | -                             | NOT_DONE | ONCE      | INDEX   | -
                503 | no_shard_available_action_exception  | read    | -                             | NOT_DONE | ONCE      | INDEX   | -
                503 | unavailable_shards_exception         | write   | -                             | NOT_DONE | ONCE      | INDEX   | -
                503 | node_not_connected_exception         | read    | -                             | UNKNOWN  | ELSEWHERE | INDEX   | -
                500 | illegal_state_exception              | read    | -                             | NOT_DONE | NO        | INDEX   | -
                500 | node_disconnected_exception          | read    | -                             | UNKNOWN  | ELSEWHERE | INDEX   | -
                403 | cluster_block_exception              | write   | -                             | NOT_DONE | NO        | NOBODY  | -
                403 | security_exception                   | read    | -                             | NOT_DONE | NO        | NOBODY  | DENIED
                401 | security_exception                   | read    | -                             | NOT_DONE | NO        | NOBODY  | DENIED
                404 | index_not_found_exception            | read    | -                             | NOT_DONE | NO        | NOBODY  | -
                409 | version_conflict_engine_exception    | write   | -                             | NOT_DONE | NO        | NOBODY  | -
                400 | document_parsing_exception           | write   | -                             | NOT_DONE | NO        | NOBODY  | -
                400 | parsing_exception                    | read    | -                             | NOT_DONE | NO        | NOBODY  | -
                """)
    void judges_an_answer_by_its_status_and_type(
            int status,
            String type,
            String of,
            @Nullable String details,
            Outcome outcome,
            Again again,
            Blame blame,
            @Nullable Kind kind)
            throws IOException {
        String cause = "{\"type\":\"" + type + "\",\"reason\":\"as the server said it\""
                + (details == null ? "" : "," + details) + "}";
        String body =
                "{\"error\":{\"root_cause\":[" + cause + "]," + cause.substring(1) + ",\"status\":" + status + "}";
        try (CannedNode node = CannedNode.json(status, body)) {
            Throwable error = ask(node.port(), of.equals("read"));

            assertThat(ElasticsearchErrors.of(error, of.equals("read")))
                    .isEqualTo(new Verdict(outcome, again, blame, Optional.ofNullable(kind)));
            assertThat(node.asked()).as("by one host's client").isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0}: {1} {2} {3}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                502 | UNKNOWN | ELSEWHERE | CLUSTER | -
                503 | NOT_DONE| ONCE      | CLUSTER | SHUTTING_DOWN
                504 | UNKNOWN | ELSEWHERE | CLUSTER | -
                401 | NOT_DONE| NO        | NOBODY  | DENIED
                """)
    void judges_the_answer_of_a_proxy_by_its_status(
            int status, Outcome outcome, Again again, Blame blame, @Nullable Kind kind) throws IOException {
        try (CannedNode proxy = new CannedNode(status, "text/html", "<h1>Sorry</h1>")) {
            assertThat(ElasticsearchErrors.of(ask(proxy.port(), true), true))
                    .isEqualTo(new Verdict(outcome, again, blame, Optional.ofNullable(kind)));
        }
    }

    /** Of a load balancer, a portal, or a node behind one that was cut off: nothing that the client could decode. */
    @ParameterizedTest(name = "{0} {1} {2}: {3} {4} {5}")
    @CsvSource(delimiter = '|', nullValues = "-", emptyValue = "", textBlock = """
                408 | text/plain       | ''            | UNKNOWN | ELSEWHERE | CLUSTER | -
                504 | text/plain       | ''            | UNKNOWN | ELSEWHERE | CLUSTER | -
                504 | application/json | ''            | UNKNOWN | ELSEWHERE | CLUSTER | -
                504 | application/json | no upstream   | UNKNOWN | ELSEWHERE | CLUSTER | -
                502 | application/json | '[]'          | UNKNOWN | ELSEWHERE | CLUSTER | -
                503 | application/json | ''            | NOT_DONE| ONCE      | CLUSTER | SHUTTING_DOWN
                429 | text/plain       | slow down     | NOT_DONE| LATER     | CLUSTER | OVERLOADED
                522 | text/html        | <h1>Sorry</h1>| UNKNOWN | ELSEWHERE | CLUSTER | -
                301 | text/html        | <h1>Moved</h1>| UNKNOWN | ELSEWHERE | CLUSTER | -
                200 | text/html        | <h1>Log in</h1>| UNKNOWN | ELSEWHERE | CLUSTER | -
                200 | application/json | ''            | UNKNOWN | ELSEWHERE | CLUSTER | -
                200 | application/json | '{}'          | UNKNOWN | ELSEWHERE | CLUSTER | -
                204 | application/json | ''            | UNKNOWN | ELSEWHERE | CLUSTER | -
                413 | text/html        | <h1>Large</h1>| NOT_DONE| NO        | NOBODY  | -
                """)
    void judges_what_is_no_json_of_elasticsearch_by_its_status(
            int status, String contentType, String body, Outcome outcome, Again again, Blame blame, @Nullable Kind kind)
            throws IOException {
        try (CannedNode proxy = new CannedNode(status, contentType, body)) {
            for (boolean read : new boolean[] {true, false}) {
                Throwable error = ask(proxy.port(), read);
                assertThat(error)
                        .isInstanceOf(TransportException.class)
                        .hasMessageContaining("127.0.0.1:" + proxy.port())
                        .hasMessageContaining("status: " + status);
                assertThat(ElasticsearchErrors.of(error, read))
                        .isEqualTo(new Verdict(outcome, again, blame, Optional.ofNullable(kind)));
            }
        }
    }

    /** A type of the caller's, which does not take what Elasticsearch has answered. */
    @Test
    void takes_an_answer_of_elasticsearch_that_cannot_be_decoded_for_the_callers_own_matter() throws IOException {
        try (CannedNode node = CannedNode.json(200, "{\"took\":{}}")) {
            assertThat(ElasticsearchErrors.of(ask(node.port(), true), true))
                    .isEqualTo(Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.NOBODY));
        }
    }

    /** Nobody has said whether it exists. */
    @ParameterizedTest
    @ValueSource(ints = {301, 408, 502, 504, 522})
    void answers_no_question_whether_something_exists_by_the_status_of_a_proxy(int status) throws IOException {
        try (CannedNode proxy = new CannedNode(status, "text/html", "")) {
            TransportHttpClient http = new RestConnector().connect(CannedNode.target(proxy.port()));
            Throwable error = catchThrowable(() -> client(http).indices().exists(e -> e.index("cms-news-read")));
            http.close();

            assertThat(error).isInstanceOf(TransportException.class).hasMessageContaining("status: " + status);
            assertThat(ElasticsearchErrors.of(error, true))
                    .isEqualTo(Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.CLUSTER));
        }
    }

    @Test
    void knows_that_a_request_to_a_closed_port_never_left() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        assertThat(ElasticsearchErrors.of(ask(port, false), false))
                .isEqualTo(Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NODE)
                        .with(Kind.REFUSED));
    }

    @Test
    void does_not_know_what_became_of_a_request_whose_connection_was_reset() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread reset = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    int unused = socket.getInputStream().read();
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            reset.start();

            assertThat(ElasticsearchErrors.of(ask(server.getLocalPort(), false), false))
                    .isEqualTo(Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.NODE)
                            .with(Kind.NETWORK));
        }
    }

    @Test
    void does_not_know_what_became_of_a_request_without_an_answer() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(ElasticsearchErrors.of(ask(silent.getLocalPort(), false), false))
                    .isEqualTo(Verdict.of(Outcome.UNKNOWN, Again.ELSEWHERE, Blame.INDEX)
                            .with(Kind.TIMEOUT));
        }
    }

    @Test
    void knows_that_a_request_to_a_dead_client_never_left() throws IOException {
        TransportHttpClient dead = new RestConnector().connect(CannedNode.target(1));
        dead.close();

        Throwable error = catchThrowable(() -> client(dead).count());

        assertThat(ElasticsearchErrors.clientDead(error)).as("%s", error).isTrue();
        assertThat(ElasticsearchErrors.of(error, true))
                .isEqualTo(Verdict.of(Outcome.NOT_SENT, Again.ELSEWHERE, Blame.NODE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Timeout connecting to [localhost/127.0.0.1:9200]",
                "Connection timed out",
                "Connection timed out (Connection timed out)"
            })
    void takes_a_connection_that_a_probe_waited_for_in_vain_for_silence(String words) {
        assertThat(ElasticsearchErrors.kind(new IOException("no", new ConnectException(words))))
                .contains(Kind.TIMEOUT);
        assertThat(ElasticsearchErrors.kind(new SocketTimeoutException("Connect timed out")))
                .contains(Kind.TIMEOUT);
        assertThat(ElasticsearchErrors.kind(new ConnectException("Connection refused")))
                .contains(Kind.REFUSED);
    }

    @Test
    void takes_an_error_of_the_program_for_its_own() {
        assertThat(ElasticsearchErrors.of(new IllegalArgumentException("no such field"), true))
                .isEqualTo(Verdict.of(Outcome.NOT_DONE, Again.NO, Blame.NOBODY));
    }

    private static Throwable ask(int port, boolean read) throws IOException {
        TransportHttpClient http = new RestConnector().connect(CannedNode.target(port));
        try {
            ElasticsearchClient client = client(http);
            return catchThrowable(() -> {
                if (read) {
                    client.search(s -> s.index("cms-news-read"), Map.class);
                } else {
                    client.index(i -> i.index("cms-news-write").document(Map.of("title", "x")));
                }
            });
        } finally {
            http.close();
        }
    }

    private static ElasticsearchClient client(TransportHttpClient http) {
        return new ElasticsearchClient(
                new ElasticsearchTransportBase(new AnswerCheck(http), null, Mappers.standard()) {});
    }
}
