package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.config.StackConfig;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is true: its snippets compile and load, and what it links to exists. */
class ReadmeTest {
    private static final Path ROOT =
            Path.of(System.getProperty("basedir", ""), "..").toAbsolutePath().normalize();

    private static String readme() throws Exception {
        return Files.readString(ROOT.resolve("README.md"));
    }

    private static String block(String language) throws Exception {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertThat(block.find()).as("a block of %s", language).isTrue();
        return block.group(1);
    }

    @Test
    void its_properties_load() throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(block("properties")));
        properties.remove("ha.postgres.password-file");
        properties.setProperty("ha.stack", "editing");

        StackConfig config = StackConfig.of(properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty)));

        assertThat(config.postgres().orElseThrow().nodes()).containsOnlyKeys("main", "standby", "delivery");
        assertThat(config.postgres().orElseThrow().reads().prefer()).hasToString("PRIMARY");
    }

    @Test
    void its_java_compiles(@TempDir Path classes) throws Exception {
        String source = """
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

                class Readme {
                    List<Article> articles = List.of();

                    void snippet() throws Exception {
                """ + block("java") + "} }";
        StringWriter problems = new StringWriter();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Readme.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        problems,
                        null,
                        null,
                        List.of(
                                "-d",
                                classes.toString(),
                                "-classpath",
                                System.getProperty("java.class.path"),
                                "-proc:none"),
                        null,
                        List.of(file))
                .call();
        assertThat(compiled).as(problems.toString()).isTrue();
    }

    @Test
    void what_it_links_to_exists() throws Exception {
        Matcher link = Pattern.compile("]\\(([^)#:]+)\\)").matcher(readme());
        int links = 0;
        while (link.find()) {
            assertThat(ROOT.resolve(link.group(1))).exists();
            links++;
        }
        assertThat(links).isGreaterThan(5);
    }

    /** Every row of "what happens when what dies" names a test, {@code Class#method}, of another store than PostgreSQL {@code redis.Class#method}, and that test exists. */
    @Test
    void the_tests_that_prove_its_table_exist() throws Exception {
        Matcher proof =
                Pattern.compile("`(redis\\.|elasticsearch\\.)?(\\w+)#(\\w+)`").matcher(readme());
        int proofs = 0;
        while (proof.find()) {
            String file = proof.group(2) + ".java";
            String store = proof.group(1) == null ? "" : proof.group(1).replace(".", "");
            try (var paths = Files.walk(ROOT)) {
                Path test = paths.filter(path -> path.endsWith(file))
                        .filter(path -> path.toString().contains("src/test"))
                        .filter(path -> store(path).equals(store))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("no " + file));
                assertThat(Files.readString(test)).contains("void " + proof.group(3) + "(");
            }
            proofs++;
        }
        assertThat(proofs).isGreaterThan(5);
    }

    private static String store(Path test) {
        String path = test.toString();
        return path.contains("ha-redis") ? "redis" : path.contains("ha-elasticsearch") ? "elasticsearch" : "";
    }
}
