package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private final Names names = new Names("cms");

    @Test
    void names_follow_from_prefix_and_publication() {
        assertThat(names.generation("news", 1)).isEqualTo("cms-news-000001");
        assertThat(names.read("news")).isEqualTo("cms-news-read");
        assertThat(names.write("news")).isEqualTo("cms-news-write");
        assertThat(names.next("news", 12)).isEqualTo("cms-news-000012-next");
        assertThat(names.kept("news", 12)).isEqualTo("cms-news-000012-kept");
        assertThat(names.rebuilds()).isEqualTo("cms-rebuilds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Noun.Animal", "a_b", "a/b", "ä", "a b"})
    void ids_of_other_characters_are_refused(String id) {
        assertThatThrownBy(() -> names.checked(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + id + "'")
                .hasMessageContaining("[a-z0-9-]+");
    }

    @Test
    void an_id_that_would_collide_once_it_is_lower_case_is_told_what_with() {
        assertThatThrownBy(() -> names.checked("News"))
                .hasMessageContaining("'news' is one, and ids that differ only in case would share its index");
    }

    @Test
    void the_id_of_the_shared_index_is_refused() {
        assertThatThrownBy(() -> names.checked("shared")).hasMessageContaining("another id");
    }

    @Test
    void names_have_as_many_bytes_as_elasticsearch_allows() {
        String longest = "a".repeat(255 - "cms-".length() - "-000001-kept".length());

        assertThat(names.kept(names.checked(longest), 1)).hasSize(255);
        assertThatThrownBy(() -> names.checked(longest + "aa")).hasMessageContaining("2 bytes shorter");
    }

    @Test
    void generations_of_a_publication_are_told_from_those_of_one_whose_id_begins_alike() {
        assertThat(names.number("news", "cms-news-000007", "")).isEqualTo(OptionalInt.of(7));
        assertThat(names.number("news", "cms-news-000007-kept", "-kept")).isEqualTo(OptionalInt.of(7));
        assertThat(names.number("news", "cms-news-local-000007", "")).isEmpty();
        assertThat(names.number("news", "cms-news-000007-kept", "")).isEmpty();
        assertThat(names.number("news", "cms-news-read", "")).isEmpty();
    }

    @Test
    void a_marker_says_what_is_being_filled() {
        Generation next = names.marked("cms-news-local-000007-next", "cms-news-local-000007", "next")
                .orElseThrow();

        assertThat(next.publication()).isEqualTo("news-local");
        assertThat(next.number()).isEqualTo(7);
        assertThat(next.shared()).isFalse();
        assertThat(names.marked("cms-news-000008-next", "cms-shared-000002", "next")
                        .orElseThrow()
                        .shared())
                .isTrue();
        assertThat(names.marked("other-news-000007-next", "other-news-000007", "next"))
                .isEmpty();
        assertThat(names.marked("cms-news-000007-kept", "cms-news-000007", "next"))
                .isEmpty();
    }

    @Test
    void generations_alternate_between_two_shared_indices() {
        assertThat(names.shared(1)).isEqualTo("cms-shared-000001");
        assertThat(names.shared(2)).isEqualTo("cms-shared-000002");
        assertThat(names.shared(3)).isEqualTo("cms-shared-000001");
    }

    @Test
    void publications_that_share_an_index_may_use_the_same_ids() {
        Generation shared = new Generation(names, "news", 1, "cms-shared-000001", true);
        Generation own = new Generation(names, "news", 2, "cms-news-000002", false);

        assertThat(shared.stored("4:2")).isEqualTo("news:4:2");
        assertThat(shared.shown("news:4:2")).isEqualTo("4:2");
        assertThat(own.shown(own.stored("4:2"))).isEqualTo("4:2");
    }

    @Test
    void later_writes_and_later_generations_have_greater_versions() {
        assertThat(Versions.live(1, 0)).isGreaterThan(Versions.copied(1));
        assertThat(Versions.live(1, 8)).isGreaterThan(Versions.live(1, 7));
        assertThat(Versions.copied(2)).isGreaterThan(Versions.live(1, 1L << 40));
        assertThat(Versions.live(999_999, 1L << 40)).isPositive();
    }
}
