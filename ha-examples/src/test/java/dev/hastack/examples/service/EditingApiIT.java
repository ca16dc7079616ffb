package dev.hastack.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.examples.content.Article;
import dev.hastack.examples.http.HttpError;
import dev.hastack.examples.http.Json;
import dev.hastack.examples.http.Request;
import dev.hastack.examples.http.Response;
import dev.hastack.redis.HaRedis;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.FaultProxy;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.RedisReplication;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

class EditingApiIT {

    private static PostgresCluster cluster;
    private static PGSimpleDataSource database;
    private static RedisReplication redis;
    private static ElasticsearchCluster elasticsearch;
    private static HaStack stack;
    private static Publishing publishing;
    private static Rebuilding rebuilding;
    private static EditingApi editing;
    private static DeliveryApi delivery;

    @BeforeAll
    static void start() throws SQLException {
        cluster = PostgresCluster.builder().node("main").start();
        database = new PGSimpleDataSource();
        database.setUrl(cluster.primary().jdbcUrl());
        database.setUser(cluster.properties().get("ha.postgres.username"));
        database.setPassword(cluster.properties().get("ha.postgres.password"));
        Schema.create(database);
        redis = RedisReplication.builder().node("main").node("replica").start();
        elasticsearch = ElasticsearchCluster.builder().node("es-1").start();
        Map<String, String> settings = new HashMap<>(redis.properties());
        settings.putAll(elasticsearch.properties());
        settings.put("ha.elasticsearch.defaults.replicas", "0");
        settings.put("ha.elasticsearch.defaults.mapping", "classpath:article.json");
        stack = HaStack.open(StackConfig.of(settings));
        HaElasticsearch searches = stack.get(HaElasticsearch.class);
        SearchIndex search = new SearchIndex(searches::publication);
        publishing = Publishing.start(stack.get(HaRedis.class), database, search);
        rebuilding = new Rebuilding(searches::publication, database);
        editing = new EditingApi(database, database, publishing, rebuilding);
        delivery = new DeliveryApi(Routes.atReplicas(stack.get(HaRedis.class)), search, new Reading(database));
    }

    @AfterAll
    static void stop() {
        publishing.close();
        stack.close();
        elasticsearch.close();
        redis.close();
        cluster.close();
    }

    @Test
    void the_schema_can_be_created_by_several_servers_at_once() throws Exception {
        superuser("CREATE DATABASE fresh OWNER " + database.getUser());
        PGSimpleDataSource fresh = new PGSimpleDataSource();
        fresh.setUrl(cluster.primary().jdbcUrl().replaceFirst("/[^/]*$", "/fresh"));
        fresh.setUser(database.getUser());
        fresh.setPassword(database.getPassword());
        ExecutorService servers = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> attempts = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                attempts.add(servers.submit(() -> {
                    Schema.create(fresh);
                    return null;
                }));
            }
            for (Future<?> attempt : attempts) {
                attempt.get(60, TimeUnit.SECONDS);
            }
        } finally {
            servers.shutdownNow();
        }
        assertThat(new ReadingApi(ArticleTable.drafts(), new Reading(fresh))
                        .handle(get("publications"))
                        .body())
                .isEqualTo("{\"publications\":[]}");
    }

    @Test
    void a_new_article_is_created_and_can_be_read() throws Exception {
        Article bread = new Article("noun-food", "n-1", 1, "bread, loaf", "\"baked\" – Brot", List.of("n-2", "n-3"));

        assertThat(save(bread).status()).isEqualTo(201);
        assertThat(Json.read(
                        editing.handle(get("publications/noun-food/articles/n-1"))
                                .body(),
                        Article.class))
                .isEqualTo(bread);
    }

    @Test
    void saving_again_what_is_saved_already_is_as_good_as_once() throws Exception {
        Article first = new Article("noun-food", "n-10", 1, "bread", "", List.of("n-2"));
        save(first);
        Article second = first.revised("food");

        assertThat(save(first).status()).isEqualTo(200);
        assertThat(save(second).status()).isEqualTo(200);
        assertThat(save(second).status()).isEqualTo(200);
        assertThat(Json.read(
                        editing.handle(get("publications/noun-food/articles/n-10"))
                                .body(),
                        Article.class))
                .isEqualTo(second);
    }

    @Test
    void a_second_editor_cannot_overwrite_the_first() throws Exception {
        Article first = new Article("noun-food", "n-20", 1, "bread", "", List.of());
        save(first);
        save(first.revised("by Ada"));

        assertThatThrownBy(() -> save(first.revised("by Ben")))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(409))
                .hasMessageContaining("has version 2 by now, and this save is version 2");
        assertThatThrownBy(() -> save(first.revised("").revised("").revised("too far ahead")))
                .hasMessageContaining("has version 2 by now, and this save is version 4");
    }

    @Test
    void an_article_begins_with_version_1() {
        assertThatThrownBy(() -> save(new Article("noun-food", "n-30", 2, "bread", "", List.of())))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(409))
                .hasMessageContaining("its first version must be 1");
    }

    @Test
    void delivery_has_what_was_published_and_not_what_was_saved_since() throws Exception {
        Article first = new Article("noun-plant", "n-40", 1, "rye", "a grass", List.of());
        save(first);
        assertThatThrownBy(() -> delivery.handle(get("publications/noun-plant/articles/n-40")))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(404));

        publish(first);
        save(first.revised("another text"));

        assertThat(Json.read(
                        delivery.handle(get("publications/noun-plant/articles/n-40"))
                                .body(),
                        Article.class))
                .isEqualTo(first);
    }

    @Test
    void a_published_article_is_found_by_its_route() throws Exception {
        Article rye = new Article("noun-plant", "n-41", 1, "Rye (Secale)", "a grass", List.of());
        save(rye);
        assertThatThrownBy(() -> delivery.handle(get("noun-plant/rye-secale-n-41")))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(404))
                .hasMessage("no route /noun-plant/rye-secale-n-41 is known here");

        publish(rye);

        assertThat(Json.read(delivery.handle(get("noun-plant/rye-secale-n-41")).body(), Article.class))
                .isEqualTo(rye);
    }

    @Test
    void a_published_article_is_found_by_its_words_also_after_a_rebuild() throws Exception {
        Article spelt = new Article("noun-spelt", "n-43", 1, "spelt & bread", "a hardy wheat", List.of());
        save(spelt);
        publish(spelt);

        await(() -> find("noun-spelt", "q=hardy+wheat").contains("/noun-spelt/spelt-bread-n-43"));
        assertThat(find("noun-spelt", "q=spelt%20%26%20bread")).contains("n-43");
        assertThat(find("noun-spelt", "q=rye")).doesNotContain("n-43");

        assertThat(editing.handle(request("POST", "publications/noun-spelt/rebuild", ""))
                        .status())
                .isEqualTo(202);
        await(() ->
                editing.handle(get("publications/noun-spelt/rebuild")).body().contains("DONE"));
        assertThat(find("noun-spelt", "q=hardy+wheat")).contains("n-43");
    }

    private static String find(String publication, String query) throws Exception {
        return delivery.handle(new Request("GET", List.of("publications", publication, "search"), query, ""))
                .body();
    }

    @Test
    void an_older_version_that_is_published_late_does_not_replace_a_newer_one() throws Exception {
        Article first = new Article("noun-plant", "n-42", 1, "oat", "a grass", List.of());
        Article second = first.revised("a cereal");

        try (Connection connection = database.getConnection()) {
            assertThat(ArticleTable.publish(connection, second)).isTrue();
            assertThat(ArticleTable.publish(connection, first)).isFalse();
            assertThat(ArticleTable.publish(connection, second)).isTrue();

            assertThat(ArticleTable.published().read(connection, "noun-plant", "n-42"))
                    .contains(second);
        }
    }

    @Test
    void lists_ids_and_titles_page_by_page() throws Exception {
        for (int i = 1; i <= 3; i++) {
            save(new Article("noun-time", "n-5" + i, 1, "hour " + i, "", List.of()));
        }

        assertThat(editing.handle(new Request("GET", List.of("publications", "noun-time", "articles"), "limit=2", ""))
                        .body())
                .contains("n-51", "hour 1", "n-52")
                .doesNotContain("n-53");
        assertThat(editing.handle(
                                new Request("GET", List.of("publications", "noun-time", "articles"), "after=n-52", ""))
                        .body())
                .contains("n-53")
                .doesNotContain("n-52");
        assertThatThrownBy(() -> editing.handle(
                        new Request("GET", List.of("publications", "noun-time", "articles"), "limit=many", "")))
                .hasMessageContaining("limit must be a number from 1 to 500; it is \"many\"");
    }

    @Test
    void says_what_is_not_there() {
        assertThatThrownBy(() -> editing.handle(request("POST", "publications/noun-food/articles/n-0/publish", "")))
                .hasMessage("there is no article n-0 in publication noun-food");
        assertThatThrownBy(() -> delivery.handle(get("articles"))).hasMessage("there is nothing at GET /articles");
        assertThatThrownBy(() -> delivery.handle(request("PUT", "publications/noun-food/articles/n-1", "{}")))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(405));
    }

    @Test
    void without_a_primary_a_save_says_that_nothing_was_saved() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/cms");

        assertThatThrownBy(() -> saveThrough(nowhere, "n-60"))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(503))
                .hasMessageContaining("not done, postgres: ");
    }

    @Test
    void a_save_at_a_session_that_the_server_has_ended_says_that_nothing_was_saved() throws Exception {
        PGSimpleDataSource ending = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = database.getConnection();
                int pid = connection.unwrap(PGConnection.class).getBackendPID();
                superuser("SELECT pg_terminate_backend(" + pid + ", 10000)");
                return connection;
            }
        };

        assertThatThrownBy(() -> saveThrough(ending, "n-70"))
                .isInstanceOfSatisfying(
                        HttpError.class, error -> assertThat(error.status()).isEqualTo(503))
                .hasMessageContaining("not done, postgres: ");
        assertThatThrownBy(() -> editing.handle(get("publications/noun-food/articles/n-70")))
                .hasMessageContaining("there is no article n-70");
    }

    @Test
    void a_save_whose_answer_was_lost_says_that_it_may_have_happened() throws Exception {
        try (FaultProxy network = FaultProxy.to("127.0.0.1", cluster.primary().port())) {
            PGSimpleDataSource losing = new PGSimpleDataSource() {
                @Override
                public Connection getConnection() throws SQLException {
                    Connection connection = super.getConnection();
                    network.blackHole(FaultProxy.Direction.TO_CLIENT);
                    return connection;
                }
            };
            losing.setUrl("jdbc:postgresql://" + network.address() + "/" + database.getDatabaseName());
            losing.setUser(database.getUser());
            losing.setPassword(database.getPassword());
            losing.setSocketTimeout(1);

            assertThatThrownBy(() -> saveThrough(losing, "n-80"))
                    .isInstanceOfSatisfying(
                            HttpError.class, error -> assertThat(error.status()).isEqualTo(504))
                    .hasMessageContaining("may be done or not, postgres: ");
        }
        assertThat(editing.handle(get("publications/noun-food/articles/n-80")).status())
                .isEqualTo(200);
    }

    private static Response saveThrough(DataSource primary, String id) throws Exception {
        return new FailureResponses(new EditingApi(primary, database, publishing, rebuilding))
                .handle(request(
                        "PUT", "publications/noun-food/articles/" + id, "{\"version\": 1, \"title\": \"bread\"}"));
    }

    private static void superuser(String sql) throws SQLException {
        try (Connection connection = cluster.primary().superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Response save(Article article) throws SQLException {
        return editing.handle(request("PUT", article.path().substring(1), Json.write(article)));
    }

    /** Returns when it is published and has its route. */
    private static void publish(Article article) throws SQLException {
        String path = article.path().substring(1);
        assertThat(editing.handle(request("POST", path + "/publish", "")).status())
                .isEqualTo(202);
        await(() -> isPublished(path));
    }

    private static void await(Callable<Boolean> condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        try {
            while (!condition.call()) {
                assertThat(System.nanoTime() - end).as("in time").isNegative();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isPublished(String path) throws SQLException {
        try {
            return editing.handle(get(path + "/publication")).status() == 200;
        } catch (HttpError e) {
            assertThat(e.status()).isEqualTo(404);
            return false;
        }
    }

    private static Request get(String path) {
        return request("GET", path, "");
    }

    private static Request request(String method, String path, String body) {
        return new Request(method, List.of(path.split("/", -1)), "", body);
    }
}
