package dev.hastack.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.HttpError;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArticleJsonTest {

    @Test
    void takes_which_article_from_the_path_and_what_it_says_from_the_body() {
        assertThat(
                        ArticleJson.read(
                                "noun-food",
                                "n-1",
                                "{\"version\": 2, \"title\": \"bread\", \"body\": \"food\", \"links\": [\"n-2\"], \"id\": \"n-9\"}"))
                .isEqualTo(new Article("noun-food", "n-1", 2, "bread", "food", List.of("n-2")));
    }

    @Test
    void body_and_links_may_be_missing() {
        assertThat(ArticleJson.read("noun-food", "n-1", "{\"version\": 1, \"title\": \"bread\"}"))
                .isEqualTo(new Article("noun-food", "n-1", 1, "bread", "", List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "noun-food | n-1 |                                              | it is empty",
                "noun-food | n-1 | bread                                        | the body is no article",
                "noun-food | n-1 | {\"version\": 1                              | the body is no article",
                "noun-food | n-1 | {\"title\": \"bread\"}                       | version must be 1",
                "noun-food | n-1 | {\"version\": \"one\", \"title\": \"bread\"} | the body is no article",
                "noun-food | n-1 | {\"version\": 1}                             | title must not be missing",
                "noun-food | n-1 | {\"version\": 1, \"title\": \" \"}           | title must not be missing",
                "noun-food | n-1 | {\"version\": 1, \"title\": \"b\", \"links\": [null]} | links must not hold null",
                "Noun.Food | n-1 | {\"version\": 1, \"title\": \"bread\"}       | publication must match",
                "noun-food | N 1 | {\"version\": 1, \"title\": \"bread\"}       | id must match",
            })
    void says_what_is_wrong(String publication, String id, String body, String expected) {
        assertThatThrownBy(() -> ArticleJson.read(publication, id, body == null ? "" : body))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(400))
                .hasMessageContaining(expected);
    }
}
