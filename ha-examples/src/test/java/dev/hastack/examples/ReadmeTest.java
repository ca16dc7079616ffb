package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.StackConfig;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README and other documents show is true: snippets compile and load, coordinates and links exist. */
class ReadmeTest {
    private static final String README = "README.md";
    private static final String STORES = "docs/stores.md";

    private static StackConfig load(String document) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Documents.block(document, "properties")));
        properties.remove("ha.postgres.password-file");
        properties.setProperty("ha.stack", "editing");
        return StackConfig.of(properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty)));
    }

    @Test
    void its_properties_load() throws Exception {
        assertThat(load(README).postgres().orElseThrow().nodes()).containsOnlyKeys("db-1", "db-2", "db-3");
    }

    @Test
    void the_properties_of_three_stores_load() throws Exception {
        StackConfig config = load(STORES);

        assertThat(config.postgres().orElseThrow().nodes()).containsOnlyKeys("main", "standby", "delivery");
        assertThat(config.postgres().orElseThrow().reads().prefer()).hasToString("PRIMARY");
    }

    @Test
    void its_java_compiles(@TempDir Path classes) throws Exception {
        Snippet.of(Documents.block(README, "java")).compile(classes);
    }

    @Test
    void the_java_of_three_stores_compiles(@TempDir Path classes) throws Exception {
        Snippet.of("""
                import co.elastic.clients.elasticsearch.ElasticsearchClient;
                import dev.hastack.core.HaStack;
                import dev.hastack.core.config.StackConfig;
                import dev.hastack.core.health.HealthReport;
                import dev.hastack.elasticsearch.HaElasticsearch;
                import dev.hastack.elasticsearch.publication.Publication;
                import dev.hastack.elasticsearch.publication.Rebuild;
                import dev.hastack.examples.content.Article;
                import dev.hastack.postgres.HaPostgres;
                import dev.hastack.redis.Durability;
                import dev.hastack.redis.HaRedis;
                import dev.hastack.redis.queue.JobQueue;
                import io.lettuce.core.api.StatefulRedisConnection;
                import java.time.Duration;
                import java.util.List;
                import java.util.Map;
                import javax.sql.DataSource;
                """, "List<Article> articles = List.of();", Documents.block(STORES, "java"))
                .compile(classes);
    }

    @Test
    void its_coordinates_are_those_of_the_build() throws Exception {
        Matcher version = Pattern.compile("<artifactId>ha-bom</artifactId>\\s*<version>(.*?)</version>")
                .matcher(Documents.read("ha-bom/pom.xml"));
        assertThat(version.find()).isTrue();

        assertThat(Documents.block(README, "xml"))
                .contains("<artifactId>ha-bom</artifactId>\n      <version>" + version.group(1) + "</version>");
        assertThat(Documents.block(README, "kotlin")).contains("\"dev.hastack:ha-bom:" + version.group(1) + "\"");
    }

    @Test
    void what_documents_link_to_exists() throws Exception {
        Pattern link = Pattern.compile("]\\(([^)#:]*)(?:#([^)]+))?\\)");
        int links = 0;
        for (String document : Documents.all()) {
            Path file = Documents.ROOT.resolve(document);
            Matcher matcher = link.matcher(Documents.read(document));
            while (matcher.find()) {
                Path target = matcher.group(1).isEmpty() ? file : file.resolveSibling(matcher.group(1));
                assertThat(target).as("linked from %s", document).exists();
                if (matcher.group(2) != null) {
                    assertThat(anchors(Documents.relative(target)))
                            .as("linked from %s", document)
                            .contains(matcher.group(2));
                }
                links++;
            }
        }
        assertThat(links).isGreaterThan(100);
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(String document) throws IOException {
        return Documents.read(document)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line ->
                        line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", ""))
                .map(line -> line.replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
