package dev.hastack.examples.content;

import java.util.List;
import java.util.Locale;

/**
 * One article of a publication.
 *
 * @param publication the publication that it belongs to, such as {@code noun-food}
 * @param id its id within the publication, such as {@code n-07580782}
 * @param version 1 when it is created; each save adds one
 * @param title never blank
 * @param body its text, may be empty
 * @param links ids of the articles that it refers to, in any publication
 */
public record Article(String publication, String id, long version, String title, String body, List<String> links) {

    public Article {
        links = List.copyOf(links);
    }

    /** The next version of this article, with another body. */
    public Article revised(String newBody) {
        return new Article(publication, id, version + 1, title, newBody, links);
    }

    /** What its readers see of it in an address, such as {@code bread-n-07580782}; the id keeps it apart from its namesakes. */
    public String slug() {
        String words = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return (words + "-" + id).replaceAll("^-+|-+(?=-)", "");
    }

    /** Where its readers find it below a delivery server. */
    public String route() {
        return "/" + publication + "/" + slug();
    }

    /** Where the article is found below an editing or delivery server, by its id. */
    public String path() {
        return "/publications/" + publication + "/articles/" + id;
    }
}
