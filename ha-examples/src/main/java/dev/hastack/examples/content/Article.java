package dev.hastack.examples.content;

import java.util.List;

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

    /** Where the article is found below an editing or delivery server. */
    public String path() {
        return "/publications/" + publication + "/articles/" + id;
    }
}
