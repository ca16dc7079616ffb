package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.examples.content.Article;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewsTest {

    private static final Article FIRST = new Article("noun-event", "n-1", 1, "news", "text", List.of());

    private long now = 1_000_000_000;
    private final News news = new News(FIRST, () -> now);

    @Test
    void each_edition_is_the_next_version_of_the_same_article() {
        news.published(news.next());
        news.published(news.next());

        assertThat(news.next()).isEqualTo(new Article("noun-event", "n-1", 3, "news", "text (edition 3)", List.of()));
    }

    @Test
    void the_last_edition_is_not_old() {
        news.published(FIRST);

        assertThat(news.age(FIRST, after(60_000))).isZero();
    }

    @Test
    void a_copy_grows_old_when_its_successor_is_published() {
        news.published(FIRST);
        now = after(50);
        news.published(news.next());

        assertThat(news.age(FIRST, after(30))).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void a_copy_that_was_asked_for_before_its_successor_was_published_is_not_old() {
        long askedAt = after(49);
        news.published(FIRST);
        now = after(50);
        news.published(news.next());

        assertThat(news.age(FIRST, askedAt)).isZero();
    }

    private long after(long millis) {
        return now + Duration.ofMillis(millis).toNanos();
    }
}
