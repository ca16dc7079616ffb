package dev.hastack.examples.service;

import dev.hastack.examples.content.Article;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The statements on the tables of articles; each is one statement on the connection that it is given. The table is a
 * constant of this class, never input.
 */
public final class ArticleTable {

    static final String DRAFT = "article";
    static final String PUBLISHED = "published_article";

    private static final String SELECT = "SELECT publication, id, version, title, body, links FROM ";

    private static final int FETCH = 1_000;

    private final String table;

    private ArticleTable(String table) {
        this.table = table;
    }

    /** What editors work on. */
    public static ArticleTable drafts() {
        return new ArticleTable(DRAFT);
    }

    /** What everybody reads. */
    public static ArticleTable published() {
        return new ArticleTable(PUBLISHED);
    }

    /** The article of this id, if it is there. */
    public Optional<Article> read(Connection connection, String publication, String id) throws SQLException {
        String sql = SELECT + table + " WHERE publication = ? AND id = ?";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, publication);
            select.setString(2, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(article(row)) : Optional.empty();
            }
        }
    }

    /** Every article; for those who look at all of a small table. */
    public List<Article> all(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT + table);
                ResultSet rows = select.executeQuery()) {
            List<Article> articles = new ArrayList<>();
            while (rows.next()) {
                articles.add(article(rows));
            }
            return articles;
        }
    }

    private static Article article(ResultSet row) throws SQLException {
        String[] links = (String[]) row.getArray(6).getArray();
        return new Article(
                row.getString(1), row.getString(2), row.getLong(3), row.getString(4), row.getString(5), List.of(links));
    }

    /** Id and title of at most this many articles, in the order of their ids, after this one. */
    Map<String, String> titles(Connection connection, String publication, String after, int limit) throws SQLException {
        String sql = "SELECT id, title FROM " + table + " WHERE publication = ? AND id > ? ORDER BY id LIMIT ?";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, publication);
            select.setString(2, after);
            select.setInt(3, limit);
            Map<String, String> titles = new LinkedHashMap<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    titles.put(rows.getString(1), rows.getString(2));
                }
            }
            return titles;
        }
    }

    /** The publications that have an article. */
    List<String> publications(Connection connection) throws SQLException {
        String sql = "SELECT DISTINCT publication FROM " + table + " ORDER BY publication";
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet rows = select.executeQuery()) {
            List<String> publications = new ArrayList<>();
            while (rows.next()) {
                publications.add(rows.getString(1));
            }
            return publications;
        }
    }

    /** How many articles the publication has. */
    long count(Connection connection, String publication) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT count(*) FROM " + table + " WHERE publication = ?")) {
            select.setString(1, publication);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /** The articles of a publication as they are now, fetched as they are asked for; ends with the connection, and closes it. */
    Stream<Article> stream(Connection connection, String publication) throws SQLException {
        connection.setAutoCommit(false); // or all of them would be fetched at once
        PreparedStatement select = connection.prepareStatement(SELECT + table + " WHERE publication = ?");
        select.setFetchSize(FETCH);
        select.setString(1, publication);
        ResultSet rows = select.executeQuery();
        Iterator<Article> articles = new Rows(rows);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(articles, Spliterator.ORDERED), false)
                .onClose(() -> close(connection));
    }

    private static void close(Connection connection) {
        try (connection) {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException("the connection of the read articles cannot be closed", e);
        }
    }

    /** Articles as rows have them. */
    private static final class Rows implements Iterator<Article> {
        private final ResultSet rows;
        private boolean more;

        Rows(ResultSet rows) throws SQLException {
            this.rows = rows;
            this.more = rows.next();
        }

        @Override
        public boolean hasNext() {
            return more;
        }

        @Override
        public Article next() {
            if (!more) {
                throw new NoSuchElementException();
            }
            try {
                Article article = article(rows);
                more = rows.next();
                return article;
            } catch (SQLException e) {
                throw new IllegalStateException("the articles cannot be read on: " + e.getMessage(), e);
            }
        }
    }

    /** Whether this article became a new row; false when its id is taken. */
    boolean insert(Connection connection, Article article) throws SQLException {
        String sql = "INSERT INTO " + table + " (version, title, body, links, publication, id)"
                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        return write(connection, sql, article);
    }

    /** Whether this article replaced the version just before it; false when the row has another version, or is none. */
    boolean update(Connection connection, Article article) throws SQLException {
        String sql = "UPDATE " + table + " SET version = ?, title = ?, body = ?, links = ?"
                + " WHERE publication = ? AND id = ? AND version = " + (article.version() - 1);
        return write(connection, sql, article);
    }

    /**
     * Whether the row is this article already; false when it differs, or is none. It writes the row all the same: only a
     * commit of its own waits for the synchronous standby, and a row that an earlier, broken attempt left behind may not
     * have reached it.
     */
    boolean confirm(Connection connection, Article article) throws SQLException {
        String sql = "UPDATE " + table + " SET version = ? WHERE title = ? AND body = ? AND links = ?"
                + " AND publication = ? AND id = ? AND version = " + article.version();
        return write(connection, sql, article);
    }

    private static boolean write(Connection connection, String sql, Article article) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, article.version());
            statement.setString(2, article.title());
            statement.setString(3, article.body());
            statement.setArray(
                    4, connection.createArrayOf("text", article.links().toArray()));
            statement.setString(5, article.publication());
            statement.setString(6, article.id());
            return statement.executeUpdate() == 1;
        }
    }

    /**
     * Makes this the published article, unless a later version is. It writes the row also where it is there already, for
     * the reason that {@link #confirm} has.
     */
    static boolean publish(Connection connection, Article article) throws SQLException {
        String sql = "INSERT INTO " + PUBLISHED + " AS present (version, title, body, links, publication, id)"
                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (publication, id) DO UPDATE SET version = excluded.version,"
                + " title = excluded.title, body = excluded.body, links = excluded.links"
                + " WHERE present.version <= excluded.version";
        return write(connection, sql, article);
    }
}
