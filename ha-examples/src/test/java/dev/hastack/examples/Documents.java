package dev.hastack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documents of the repository, and the sources that they speak of. */
final class Documents {
    static final Path ROOT =
            Path.of(System.getProperty("basedir", ""), "..").toAbsolutePath().normalize();

    private Documents() {}

    /** Returns the text of a document, which is named from the root of the repository. */
    static String read(String name) throws IOException {
        return Files.readString(ROOT.resolve(name));
    }

    /** Returns the names of all documents that users read. */
    static List<String> all() throws IOException {
        List<String> names = new ArrayList<>(List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md"));
        try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md"))
                    .map(Documents::relative)
                    .sorted()
                    .forEach(names::add);
        }
        return names;
    }

    /** Returns the first block of code in this language. */
    static String block(String document, String language) throws IOException {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(read(document));
        assertThat(block.find()).as("a block of %s in %s", language, document).isTrue();
        return block.group(1);
    }

    /** Returns every Java file of the modules below this folder of theirs, {@code src/main} say. */
    static List<Path> sources(String folder) throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(path -> relative(path).startsWith("ha-"))
                    .sorted()
                    .toList()) {
                Path root = module.resolve(folder);
                if (Files.isDirectory(root)) {
                    try (Stream<Path> files = Files.walk(root)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                    }
                }
            }
        }
        assertThat(sources).as("Java files below %s", folder).isNotEmpty();
        return sources;
    }

    /** Returns the name of the module that a source is in. */
    static String module(Path source) {
        return ROOT.relativize(source).getName(0).toString();
    }

    /** Returns the name of a file from the root of the repository. */
    static String relative(Path file) {
        return ROOT.relativize(file.normalize()).toString();
    }
}
