package dev.hastack.examples.service;

import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.Json;
import dev.hastack.redis.Durability;
import dev.hastack.redis.HaRedis;
import dev.hastack.redis.queue.Enqueue;
import dev.hastack.redis.queue.Job;
import dev.hastack.redis.queue.JobQueue;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Publishing by jobs in Redis, which all editing servers do: a job makes the version that it holds the published article in
 * PostgreSQL, has it found in Elasticsearch, and then writes its route to Redis. Each of that twice is as good as once, and a later version stays.
 */
final class Publishing implements AutoCloseable {

    private static final Duration DRAIN = Duration.ofSeconds(2);
    /** Less than a client waits for its answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final JobQueue queue;
    private final DataSource primary;
    private final SearchIndex search;
    private final Routes routes;

    private Publishing(JobQueue queue, DataSource primary, SearchIndex search, Routes routes) {
        this.queue = queue;
        this.primary = primary;
        this.search = search;
        this.routes = routes;
    }

    /** Does jobs from now on, as soon as there are stores. */
    static Publishing start(HaRedis redis, DataSource primary, SearchIndex search) {
        JobQueue queue = redis.queue("publish")
                .withConcurrency(4)
                .withMaxAttempts(20)
                .withBackoff(Duration.ofMillis(200), Duration.ofSeconds(5))
                .withClaimAfter(Duration.ofSeconds(5))
                .withDurability(Durability.everyReplica(), PATIENCE)
                .open();
        Publishing publishing = new Publishing(queue, primary, search, Routes.atPrimary(redis));
        queue.consume(publishing::publish);
        return publishing;
    }

    /** Enqueues the publication of this version, once, however often it is asked for. When this returns, that is done for good. */
    void request(Article article) {
        String key = article.publication() + "/" + article.id() + "/" + article.version();
        queue.enqueue(Json.write(article), Enqueue.durably().withKey(key));
    }

    private void publish(Job job) throws SQLException, IOException, InterruptedException {
        Article article = Json.read(job.payload(), Article.class);
        try (Connection connection = primary.getConnection()) {
            boolean unused = ArticleTable.publish(connection, article); // false where a later version is published
        }
        Article published = published(article);
        long indexed;
        do { // until no job of another version has come in between, which may have been the first to index
            search.put(published);
            indexed = published.version();
            published = published(article);
        } while (published.version() != indexed);
        routes.write(article);
    }

    private Article published(Article article) throws SQLException {
        try (Connection connection = primary.getConnection()) {
            return ArticleTable.published()
                    .read(connection, article.publication(), article.id())
                    .orElseThrow(() -> new SQLException(article.path() + " is published, and not there"));
        }
    }

    /** Whether Redis's primary has the route of this article. */
    boolean isRouted(Article article) {
        return routes.find(article.publication(), article.slug()).isPresent();
    }

    /** Lets the jobs under way end, and does no more. */
    @Override
    public void close() {
        boolean unused = queue.close(DRAIN);
    }
}
