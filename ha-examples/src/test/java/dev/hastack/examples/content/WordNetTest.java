package dev.hastack.examples.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WordNetTest {

    @Test
    void reads_every_synset_of_all_45_publications() {
        List<Article> articles = WordNet.articles();

        assertThat(articles).hasSize(117_791);
        assertThat(articles.stream().map(Article::publication).distinct()).hasSize(45);
        assertThat(articles).allSatisfy(article -> {
            assertThat(article.publication()).matches("[a-z]+-[a-z]+");
            assertThat(article.id()).matches("[nvar]-\\d{8}");
            assertThat(article.title()).isNotBlank();
            assertThat(article.body()).isNotBlank();
        });
    }

    @Test
    void every_link_leads_to_an_article() {
        List<Article> articles = WordNet.articles();
        Set<String> ids = articles.stream().map(Article::id).collect(Collectors.toSet());
        Set<String> links = new HashSet<>();
        articles.forEach(article -> links.addAll(article.links()));

        assertThat(ids).hasSize(articles.size());
        assertThat(links).hasSizeGreaterThan(100_000);
        links.removeAll(ids);
        assertThat(links).isEmpty();
    }

    @Test
    void reads_words_links_and_gloss_of_a_noun() {
        Article article = WordNet.parse("00002137 03 n 02 abstraction 0 abstract_entity 0 002 @ 00001740 n 0000"
                + " + 00694095 v 0101 | a general concept  ");

        assertThat(article)
                .isEqualTo(new Article(
                        "noun-tops",
                        "n-00002137",
                        1,
                        "abstraction, abstract entity",
                        "a general concept",
                        List.of("n-00001740", "v-00694095")));
    }

    @Test
    void skips_the_frames_of_a_verb() {
        Article article = WordNet.parse("02112831 30 v 01 change 1 001 ~ 00002325 v 0000 02 + 02 00 + 01 00 | undergo");

        assertThat(article.links()).containsExactly("v-00002325");
        assertThat(article.body()).isEqualTo("undergo");
    }

    @Test
    void a_satellite_adjective_has_the_id_by_which_others_point_at_it_and_no_marker_in_its_title() {
        Article article = WordNet.parse("00019769 00 s 02 handy 0 ready_to_hand(p) 0 000 | easy to reach");

        assertThat(article.id()).isEqualTo("a-00019769");
        assertThat(article.title()).isEqualTo("handy, ready to hand");
    }

    @Test
    void says_which_line_it_cannot_read() {
        assertThatThrownBy(() -> WordNet.parse("00019769 00 s 00 000")).hasMessageContaining("00019769 00 s 00 000");
    }
}
