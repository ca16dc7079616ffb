package dev.hastack.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of {@code docs/configuration.md} are those of the schema, and its report is a real one. */
class ConfigurationDocumentTest {
    private static final String COMMAND = "mvn -q -pl ha-core test -Dtest=ConfigurationDocumentTest -Ddocs.write=true";

    @TempDir
    Path directory;

    @Test
    void the_committed_document_is_the_one_that_the_schema_makes() throws IOException {
        Path document = Path.of(System.getProperty("basedir", ""), "..", "docs", "configuration.md")
                .toAbsolutePath()
                .normalize();
        String made = ConfigurationDocument.write(resource("configuration.md"), resource("stack.properties"), report());

        if (Boolean.getBoolean("docs.write")) {
            Files.createDirectories(Objects.requireNonNull(document.getParent()));
            Files.writeString(document, made);
        }

        assertThat(document).as("written by: %s", COMMAND).exists();
        assertThat(Files.readString(document))
                .as("out of date; to write it: %s", COMMAND)
                .isEqualTo(made);
    }

    @Test
    void every_key_is_in_the_document() throws IOException {
        String made = ConfigurationDocument.write(resource("configuration.md"), "", "");
        KnownIds ids = new KnownIds();
        List.of("ha.postgres.nodes", "ha.redis.nodes", "ha.elasticsearch.nodes").forEach(path -> ids.add(path, "<id>"));
        ids.add("ha.postgres.properties", "<property>");
        ids.add("ha.elasticsearch.publications", "<publication>");

        assertThat(Schema.keys(ids))
                .hasSizeGreaterThan(50)
                .allSatisfy(key -> assertThat(made).containsOnlyOnce("| `" + key + "`<br>"));
    }

    private String report() throws IOException {
        String broken = """
                ha.postgres.database=cms
                ha.postgres.nodes.main.address=pg-main:5432
                ha.postgres.pool.max-size=ten
                ha.postgres.pool.conection-timeout=5s
                ha.postgres.reads.max-lag=10
                ha.elasticsearch.nodes.es-1.address=http://elastic:secret@es-1:9200
                ha.elasticsearch.index-prefix=${INDEX_PREFIX}
                """;
        Path file = Files.writeString(directory.resolve("stack.properties"), broken);
        StackConfigException thrown = catchThrowableOfType(
                StackConfigException.class,
                () -> ConfigLoader.bare()
                        .file(file)
                        .environment(Map.of("HA_PROBE_TIMEOUT", "2s"))
                        .load());
        return String.valueOf(thrown.getMessage()).replace(directory + "/", "");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ConfigurationDocumentTest.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
