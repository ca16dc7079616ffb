package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import dev.hastack.elasticsearch.ElasticsearchNotWritableException;
import dev.hastack.elasticsearch.Secured;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.HaStackExtension;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With users who have the roles that docs/operations.md gives, word for word. */
@Tag("slow")
class RightsIT {
    @RegisterExtension
    static final HaStackExtension SERVERS = HaStackExtension.of(Secured.node());

    private final ElasticsearchCluster cluster = SERVERS.elasticsearch();

    @ParameterizedTest
    @ValueSource(strings = {"own", "shared"})
    void the_editing_stack_s_role_suffices_for_all_that_a_publication_does(String layout) throws Exception {
        try (Instance editing = as("cms-editing", Map.of("ha.elasticsearch.defaults.layout", layout))) {
            Publication news = editing.publication("news");
            news.provision();
            news.index("1", new Article("First", 1));
            try (Bulk bulk = news.bulk(letter -> {})) {
                bulk.index("2", new Article("Second", 1)).get(60, TimeUnit.SECONDS);
            }
            news.rebuild(Rebuild.of(() -> Stream.of("1", "2"), id -> id, id -> new Article("Rebuilt", 2)));
            assertThat(news.get("1", Article.class)).contains(new Article("Rebuilt", 2));
            news.rollback();
            news.delete("2");
            news.refresh();
            assertThat(news.health()).isNotNull();
            if (layout.equals("shared")) {
                news.promote(progress -> {});
            }
            assertThat(news.get("1", Article.class)).contains(new Article("First", 1));
        }
    }

    @Test
    void the_delivery_stack_s_role_reads_and_the_server_refuses_its_writes() throws Exception {
        try (Instance editing = as("cms-editing", Map.of())) {
            editing.publication("news").provision();
            editing.publication("news").index("1", new Article("First", 1));
        }
        try (Instance delivery = as("cms-delivery", Map.of("ha.elasticsearch.writable", "false"))) {
            Publication news = delivery.publication("news");
            assertThat(news.get("1", Article.class)).contains(new Article("First", 1));
            assertThat(news.health().closed()).isFalse();
            cluster.request("POST", "/cms-news-000001/_close", null);
            assertThat(news.health().closed()).isTrue();
            cluster.request("POST", "/cms-news-000001/_open?wait_for_active_shards=1", null);
            assertThatThrownBy(() -> news.index("2", new Article("Second", 1)))
                    .isInstanceOf(ElasticsearchNotWritableException.class);
        }
        try (Instance misconfigured = as("cms-delivery", Map.of())) {
            Publication news = misconfigured.publication("news");
            assertThatThrownBy(() -> news.index("2", new Article("Second", 1)))
                    .isInstanceOf(ElasticsearchException.class)
                    .hasMessageContaining("security_exception");
            assertThat(news.get("1", Article.class)).as("and goes on to read").isPresent();
        }
    }

    private Instance as(String user, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("ha.elasticsearch.username", user);
        return Instance.start(cluster, settings);
    }
}
