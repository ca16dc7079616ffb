package dev.hastack.examples.demo;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.service.ArticleTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

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

    /** The published copy that the node has. */
    static Article published(Connection node, Article article) throws SQLException {
        return ArticleTable.published()
                .read(node, article.publication(), article.id())
                .orElseThrow(() -> new SQLException("there is no published " + article.path()));
    }
}
