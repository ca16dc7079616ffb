package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch._types.ErrorResponse;
import co.elastic.clients.elasticsearch._types.OpType;
import co.elastic.clients.elasticsearch._types.VersionType;
import co.elastic.clients.elasticsearch.core.BulkRequest;
import co.elastic.clients.elasticsearch.core.CreateRequest;
import co.elastic.clients.elasticsearch.core.DeleteRequest;
import co.elastic.clients.elasticsearch.core.IndexRequest;
import co.elastic.clients.elasticsearch.core.UpdateRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final Map<String, String> ARTICLE = Map.of("title", "x");

    @Test
    void allows_a_document_to_be_set_by_its_id_twice() {
        assertThat(Replay.safe(IndexRequest.of(i -> i.index("a").id("1").document(ARTICLE))))
                .isTrue();
        assertThat(Replay.safe(DeleteRequest.of(d -> d.index("a").id("1")))).isTrue();
    }

    @Test
    void allows_no_second_document_without_an_id() {
        assertThat(Replay.safe(IndexRequest.of(i -> i.index("a").document(ARTICLE))))
                .isFalse();
    }

    @Test
    void allows_nothing_twice_that_depends_on_what_was_there() {
        assertThat(Replay.safe(IndexRequest.of(
                        i -> i.index("a").id("1").opType(OpType.Create).document(ARTICLE))))
                .isFalse();
        assertThat(Replay.safe(IndexRequest.of(i -> i.index("a")
                        .id("1")
                        .version(7L)
                        .versionType(VersionType.External)
                        .document(ARTICLE))))
                .isFalse();
        assertThat(Replay.safe(IndexRequest.of(
                        i -> i.index("a").id("1").ifSeqNo(3L).ifPrimaryTerm(1L).document(ARTICLE))))
                .isFalse();
        assertThat(Replay.safe(CreateRequest.of(c -> c.index("a").id("1").document(ARTICLE))))
                .isFalse();
        assertThat(Replay.safe(UpdateRequest.of(u -> u.index("a").id("1").doc(ARTICLE))))
                .isFalse();
    }

    @Test
    void takes_a_conflict_about_an_id_that_elasticsearch_made_up_for_the_write_itself() {
        IndexRequest<?> without = IndexRequest.of(i -> i.index("a").document(ARTICLE));
        IndexRequest<?> with =
                IndexRequest.of(i -> i.index("a").id("1").opType(OpType.Create).document(ARTICLE));

        assertThat(Replay.foundItself(without, answer(409, "version_conflict_engine_exception")))
                .isTrue();
        assertThat(Replay.foundItself(with, answer(409, "version_conflict_engine_exception")))
                .isFalse();
        assertThat(Replay.foundItself(without, answer(400, "document_parsing_exception")))
                .isFalse();
    }

    private static ElasticsearchException answer(int status, String type) {
        return new ElasticsearchException(
                "es/index", ErrorResponse.of(response -> response.status(status).error(error -> error.type(type))));
    }

    @Test
    void allows_a_bulk_twice_only_if_each_of_its_operations_may_be() {
        BulkRequest.Builder ids = new BulkRequest.Builder()
                .operations(o -> o.index(i -> i.index("a").id("1").document(ARTICLE)))
                .operations(o -> o.delete(d -> d.index("a").id("2")));
        assertThat(Replay.safe(ids.build())).isTrue();

        BulkRequest.Builder mixed = new BulkRequest.Builder()
                .operations(o -> o.index(i -> i.index("a").id("1").document(ARTICLE)))
                .operations(o -> o.index(i -> i.index("a").document(ARTICLE)));
        assertThat(Replay.safe(mixed.build())).isFalse();
    }
}
