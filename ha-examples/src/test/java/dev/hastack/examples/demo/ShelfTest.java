package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.examples.content.Article;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ShelfTest {

    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final Duration REFRESHED = Duration.ofSeconds(5);
    private static final Article BREAD = new Article("noun-food", "n-1", 1, "bread", "", List.of());
    private static final Article WATER = new Article("noun-food", "n-2", 1, "water", "", List.of());

    private long now = 1_000_000_000;
    private final Shelf shelf = new Shelf(List.of(BREAD), SETTLING, REFRESHED, () -> now);

    @Test
    void readers_do_not_ask_for_an_article_that_their_replica_may_not_have_yet() {
        shelf.add(WATER);
        now += SETTLING.toNanos() - 1;

        assertThat(asked()).containsExactly(BREAD);
    }

    @Test
    void readers_ask_for_an_article_that_was_confirmed_long_enough_ago() {
        shelf.add(WATER);
        now += SETTLING.toNanos();

        assertThat(asked()).containsExactlyInAnyOrder(BREAD, WATER);
    }

    @Test
    void readers_search_for_an_article_only_once_every_copy_of_the_index_shows_it() {
        shelf.add(WATER);
        now += REFRESHED.toNanos() - 1;
        assertThat(asked(shelf::anySearchable)).containsExactly(BREAD);

        now++;
        assertThat(asked(shelf::anySearchable)).containsExactlyInAnyOrder(BREAD, WATER);
    }

    @Test
    void readers_search_at_once_for_what_was_confirmed_before_all_indices_were_refreshed() {
        shelf.add(WATER);
        shelf.refreshed();

        assertThat(asked(shelf::anySearchable)).containsExactlyInAnyOrder(BREAD, WATER);
        assertThat(asked()).containsExactly(BREAD);
    }

    private Set<Article> asked() {
        return asked(shelf::any);
    }

    private static Set<Article> asked(Supplier<Article> any) {
        Set<Article> asked = new HashSet<>();
        for (int i = 0; i < 100; i++) { // both are among them, but for one chance in 2^99
            asked.add(any.get());
        }
        return asked;
    }
}
