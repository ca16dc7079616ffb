package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.config.StackConfig;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardsTest {
    private static final Operation SEARCH = Operation.of("es/search", "POST");
    private static final Operation INDEX = Operation.of("es/index", "PUT");

    private final Guards guards = new Guards(StackConfig.of(Map.of(
                    "ha.elasticsearch.nodes.es-1.address", "http://es-1:9200",
                    "ha.elasticsearch.index-prefix", "cms",
                    "ha.elasticsearch.max-in-flight", "4",
                    "ha.elasticsearch.publication-share", "50%"))
            .elasticsearch()
            .orElseThrow());

    @Test
    void has_one_guard_for_all_names_of_a_publication() {
        assertThat(guards.name("cms-news-read")).isEqualTo("news");
        assertThat(guards.name("cms-news-write")).isEqualTo("news");
        assertThat(guards.name("cms-late-night-news-000012")).isEqualTo("late-night-news");
        assertThat(guards.name("logs-2026")).isEqualTo("logs-2026");
        assertThat(guards.name("cms")).isEqualTo("cms");
    }

    @Test
    void lets_a_publication_have_its_share_and_leaves_the_rest_to_others() throws IOException {
        Guard one = guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject);
        guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject);

        assertThatThrownBy(() -> guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject))
                .isInstanceOf(OverloadedException.class)
                .hasMessageStartingWith("search: not sent: 2 reads of publication news are under way");
        guards.enter(INDEX, "cms-news-write", 1, GuardsTest::subject);
        guards.enter(SEARCH, "cms-sport-read", 1, GuardsTest::subject);
        one.leave(true);
        guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject);
    }

    @Test
    void keeps_the_reads_of_a_publication_away_and_not_its_writes_nor_others() throws IOException {
        for (int i = 0; i < 5; i++) {
            Guard guard = guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject);
            guard.failed(true, new IOException("no shard"));
            guard.leave(true);
        }

        assertThatThrownBy(() -> guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject))
                .isInstanceOf(UnavailableException.class)
                .hasMessageEndingWith("the last: no shard");
        guards.enter(INDEX, "cms-news-write", 1, GuardsTest::subject).leave(false);
        guards.enter(SEARCH, "cms-sport-read", 1, GuardsTest::subject).leave(true);
        assertThat(guards.open()).containsExactly("publication news (reads)");

        guards.forgive();
        guards.enter(SEARCH, "cms-news-read", 1, GuardsTest::subject).leave(true);
    }

    @Test
    void forgets_publications_that_are_not_used() throws IOException {
        guards.enter(SEARCH, "cms-news-read", 3, GuardsTest::subject).leave(true);
        guards.enter(SEARCH, "cms-news-write", 3, GuardsTest::subject).leave(true);
        Guard used = guards.enter(SEARCH, "cms-sport-000001", 3, GuardsTest::subject);
        assertThat(guards.size()).isEqualTo(2);

        guards.sweep();
        guards.sweep();
        assertThat(guards.size()).isEqualTo(1);

        used.leave(true);
        guards.sweep();
        assertThat(guards.size()).isZero();
    }

    private static String subject() {
        return "search: ";
    }
}
