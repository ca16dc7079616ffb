package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.service.ArticleTable;
import dev.hastack.examples.service.Routes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a node holds, read past all servers and past ha-stack. */
final class Evidence {

    private Evidence() {}

    /** Those that the node does not have, as they were saved or in a later version; each is read by its id. */
    static List<String> missing(Connection node, Collection<Article> acknowledged) throws SQLException {
        List<String> missing = new ArrayList<>();
        for (Article article : acknowledged) {
            boolean kept = ArticleTable.drafts()
                    .read(node, article.publication(), article.id())
                    .filter(stored -> stored.equals(article) || stored.version() > article.version())
                    .isPresent();
            if (!kept) {
                missing.add(article.path());
            }
        }
        return missing;
    }

    /**
     * The articles whose last save the node took by itself.
     *
     * @param shared a snapshot of transactions ({@code pg_current_snapshot()}) that another node has as well
     */
    static List<Article> savedBeyond(Connection node, String shared) throws SQLException {
        String sql = "SELECT publication, id FROM article"
                + " WHERE NOT pg_visible_in_snapshot(xmin::text::xid8, CAST(? AS pg_snapshot))";
        List<Article> articles = new ArrayList<>();
        try (PreparedStatement select = node.prepareStatement(sql)) {
            select.setString(1, shared);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ArticleTable.drafts()
                            .read(node, rows.getString(1), rows.getString(2))
                            .ifPresent(articles::add);
                }
            }
        }
        return articles;
    }

    /** Those of which the node has not published this version or a later one. */
    static List<Article> unpublished(Connection node, Collection<Article> promised) throws SQLException {
        List<Article> unpublished = new ArrayList<>();
        for (Article article : promised) {
            boolean published = ArticleTable.published()
                    .read(node, article.publication(), article.id())
                    .filter(copy -> copy.version() >= article.version())
                    .isPresent();
            if (!published) {
                unpublished.add(article);
            }
        }
        return unpublished;
    }

    /** All that the node has published whose route does not lead to it. */
    static List<String> unrouted(Connection node, RedisKeys redis) throws SQLException {
        List<Article> published = ArticleTable.published().all(node);
        List<@Nullable String> ids =
                redis.values(published.stream().map(Routes::key).toList());
        List<String> unrouted = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (!published.get(i).id().equals(ids.get(i))) {
                unrouted.add(published.get(i).route());
            }
        }
        return unrouted;
    }

    /** All that the node has published, and that is not in its search index as it is here. */
    static List<String> unfound(Connection node, SearchContents search) throws SQLException {
        return search.missing(ArticleTable.published().all(node)).stream()
                .map(Article::path)
                .toList();
    }

    /** The published copy that the node has. */
    static Article published(Connection node, Article article) throws SQLException {
        return ArticleTable.published()
                .read(node, article.publication(), article.id())
                .orElseThrow(() -> new SQLException("there is no published " + article.path()));
    }
}
