package dev.hastack.elasticsearch.publication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GenerationsTest {
    private static final Names NAMES = new Names("cms");

    private static Generations of(Map<String, Set<String>> aliases) {
        return Generations.of(NAMES, "news", aliases);
    }

    private static Generation own(int number) {
        return new Generation(NAMES, "news", number, NAMES.generation("news", number), false);
    }

    @Test
    void nothing_is_there_before_the_first() {
        Generations none = of(Map.of("cms-news-local-000001", Set.of("cms-news-local-read", "cms-news-local-write")));

        assertThat(none.current()).isEmpty();
        assertThat(none.nextNumber(Set.of())).isEqualTo(1);
    }

    @Test
    void the_present_the_next_and_those_kept_are_told_by_their_aliases() {
        Generations found = of(Map.of(
                "cms-news-000003", Set.of("cms-news-read", "cms-news-write"),
                "cms-news-000005", Set.of("cms-news-000005-next"),
                "cms-news-000001", Set.of("cms-news-000001-kept"),
                "cms-news-000002", Set.of("cms-news-000002-kept")));

        assertThat(found.current()).contains(own(3));
        assertThat(found.written()).isTrue();
        assertThat(found.next()).contains(own(5));
        assertThat(found.kept()).containsExactly(own(2), own(1));
    }

    @Test
    void the_next_number_is_greater_than_all_that_are_there() {
        Generations found = of(Map.of("cms-news-000003", Set.of("cms-news-read", "cms-news-write")));

        assertThat(found.nextNumber(Set.of(3, 7))).isEqualTo(8);
        assertThat(found.nextNumber(Set.of())).isEqualTo(4);
    }

    @Test
    void in_a_shared_index_an_alias_tells_the_generation() {
        Generations found = of(Map.of(
                "cms-shared-000002",
                Set.of("cms-news-000004", "cms-news-read", "cms-news-write", "cms-sport-000002", "cms-sport-read")));

        assertThat(found.current()).contains(new Generation(NAMES, "news", 4, "cms-shared-000002", true));
    }

    @Test
    void an_alias_for_writes_that_is_elsewhere_is_noticed() {
        assertThat(of(Map.of(
                                "cms-news-000002", Set.of("cms-news-read"),
                                "cms-news-000001", Set.of("cms-news-write")))
                        .written())
                .isFalse();
    }

    @Test
    void aliases_that_contradict_each_other_are_refused() {
        assertThatThrownBy(() -> of(
                        Map.of("cms-news-000001", Set.of("cms-news-read"), "cms-news-000002", Set.of("cms-news-read"))))
                .isInstanceOf(PublicationException.class)
                .hasMessageContaining("cms-news-read")
                .hasMessageContaining("cms-news-000002");
        assertThatThrownBy(() -> of(Map.of("restored", Set.of("cms-news-read"))))
                .isInstanceOf(PublicationException.class)
                .hasMessageContaining("restored");
    }
}
