package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ErrorResponse;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.apache.http.ContentTooLongException;
import org.apache.http.NoHttpResponseException;
import org.apache.http.conn.ConnectTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElasticsearchFailuresTest {

    @ParameterizedTest
    @CsvSource({
        "400, mapper_parsing_exception, NOT_DONE, REFUSED, false",
        "401, security_exception, NOT_DONE, DENIED, false",
        "403, security_exception, NOT_DONE, DENIED, false",
        "404, index_not_found_exception, NOT_DONE, REFUSED, false",
        "409, version_conflict_engine_exception, NOT_DONE, REFUSED, false",
        "429, es_rejected_execution_exception, NOT_DONE, OVERLOADED, true",
        "503, master_not_discovered_exception, NOT_DONE, UNAVAILABLE, true",
        "503, no_shard_available_action_exception, NOT_DONE, UNAVAILABLE, true",
        "500, node_disconnected_exception, UNKNOWN, UNAVAILABLE, false"
    })
    void what_elasticsearch_answers_is_told_apart_by_status_and_type(
            int status, String type, Outcome outcome, Reason reason, boolean retryable) {
        ElasticsearchException answer = new ElasticsearchException(
                "es/index",
                ErrorResponse.of(response ->
                        response.status(status).error(error -> error.type(type).reason("a reason"))));
        StackFailure failure = StackFailure.of(new CompletionException(answer)).orElseThrow();

        assertThat(failure.store()).isEqualTo("elasticsearch");
        assertThat(failure.outcome()).isEqualTo(outcome);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.retryable()).isEqualTo(retryable);
    }

    @Test
    void exceptions_of_apache_s_client_are_known_by_their_packages() {
        assertThat(Outcome.of(new ConnectTimeoutException("no connection"))).isEqualTo(Outcome.NOT_SENT);
        assertThat(Outcome.of(new NoHttpResponseException("no answer"))).isEqualTo(Outcome.UNKNOWN);
        assertThat(Outcome.of(new IOException(new ContentTooLongException("too long"))))
                .isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void an_exception_of_the_jdk_alone_says_nothing() {
        assertThat(StackFailure.of(new IOException("of some other connection"))).isEmpty();
    }
}
