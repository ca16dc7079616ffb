package dev.hastack.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.examples.content.Article;
import dev.hastack.testkit.PostgresCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvidenceIT {

    private static final Article BREAD = new Article("noun-food", "n-1", 1, "bread", "", List.of());
    private static final Article WATER = new Article("noun-food", "n-2", 1, "water", "", List.of("n-1"));

    private static PostgresCluster cluster;

    private final Connection node;

    EvidenceIT() throws SQLException {
        node = cluster.node("main").superuser();
    }

    @BeforeAll
    static void start() {
        cluster = PostgresCluster.builder().node("main").start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void createTable() throws SQLException {
        try (Statement statement = node.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS article");
            statement.execute("CREATE TABLE article"
                    + " (publication text, id text, version bigint, title text, body text, links text[])");
        }
    }

    @AfterEach
    void close() throws SQLException {
        node.close();
    }

    @Test
    void an_article_is_missing_that_is_not_there_or_not_as_it_was_saved() throws SQLException {
        save(BREAD);
        Article newer = WATER.revised("wet");
        save(newer);

        assertThat(Evidence.missing(node, List.of(BREAD, WATER, newer))).isEmpty();
        assertThat(Evidence.missing(node, List.of(BREAD.revised(""), newer.revised(""))))
                .hasSize(2);
        assertThat(Evidence.missing(node, List.of(new Article("noun-food", "n-1", 1, "cake", "", List.of()))))
                .containsExactly(BREAD.path());
    }

    @Test
    void what_a_node_saved_after_the_shared_snapshot_it_saved_by_itself() throws SQLException {
        save(BREAD);
        String shared = snapshot();
        assertThat(Evidence.savedBeyond(node, shared)).isEmpty();

        save(WATER);

        assertThat(Evidence.savedBeyond(node, shared)).containsExactly(WATER);
    }

    private static String snapshot() throws SQLException {
        return String.valueOf(cluster.node("main").query("SELECT pg_current_snapshot()"));
    }

    private void save(Article article) throws SQLException {
        try (PreparedStatement insert = node.prepareStatement("INSERT INTO article VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, article.publication());
            insert.setString(2, article.id());
            insert.setLong(3, article.version());
            insert.setString(4, article.title());
            insert.setString(5, article.body());
            insert.setArray(6, node.createArrayOf("text", article.links().toArray()));
            insert.executeUpdate();
        }
    }
}
