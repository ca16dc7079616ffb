package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/architecture.md} lists every thread, by the class that makes it. */
class ThreadsTest {
    private static final Pattern MAKES_THREADS = Pattern.compile(
            "new Thread\\(|new DefaultThreadFactory\\(|Executors\\.new\\w+\\(\\)|DefaultClientResources\\.builder");

    private static final List<String> LIBRARIES = List.of("ha-core", "ha-postgres", "ha-redis", "ha-elasticsearch");

    @Test
    void every_class_that_makes_threads_is_in_the_table() throws Exception {
        String document = Documents.read("docs/architecture.md");
        List<String> classes = new ArrayList<>();
        for (Path source : Documents.sources("src/main")) {
            if (LIBRARIES.contains(Documents.module(source))
                    && MAKES_THREADS.matcher(Files.readString(source)).find()) {
                classes.add(Documents.relative(source).replaceFirst(".*/(\\w+)\\.java$", "$1"));
            }
        }

        assertThat(classes)
                .hasSizeGreaterThan(15)
                .allSatisfy(name -> assertThat(document).contains("`" + name + "`"));
    }
}
