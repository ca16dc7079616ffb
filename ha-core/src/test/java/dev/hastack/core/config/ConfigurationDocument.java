package dev.hastack.core.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the tables of {@code docs/configuration.md} from the schema, into the text that stands around them. */
final class ConfigurationDocument {
    private static final Map<String, String> PLACEHOLDERS =
            Map.of("publications", "<publication>", "properties", "<property>");

    private ConfigurationDocument() {}

    /** Fills a template: {@code {keys <path>}} is a table of keys, the other two stand for what is passed. */
    static String write(String template, String example, String report) {
        return template.lines()
                        .map(line -> switch (line) {
                            case "{example}" -> "```properties\n" + example.strip() + "\n```";
                            case "{report}" -> "```\n" + report + "\n```";
                            default -> line.startsWith("{keys ") ? table(line.substring(6, line.length() - 1)) : line;
                        })
                        .collect(Collectors.joining("\n"))
                + "\n";
    }

    /** One row for each key below {@code path}, but those of groups that have a table of their own. */
    private static String table(String path) {
        Shape.Group group = Schema.ROOT;
        for (String name : List.of(path.split("\\.", -1))) {
            group = name.equals("ha") ? group : (Shape.Group) part(group, name).shape();
        }
        boolean root = path.equals("ha");
        return Stream.concat(
                        Stream.of("| key, environment variable | type | default | |", "|---|---|---|---|"),
                        rows(group, path, root))
                .collect(Collectors.joining("\n"));
    }

    private static Shape.Part part(Shape.Group group, String name) {
        return Stream.concat(group.parts().stream(), group.further().stream())
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<String> rows(Shape.Group group, String path, boolean leavesOnly) {
        return group.parts().stream().flatMap(part -> {
            Stream<String> own = leavesOnly && !(part.shape() instanceof Shape.Leaf)
                    ? Stream.of()
                    : rows(part, path + "." + part.name());
            Stream<String> file = group.further().stream()
                    .filter(further -> further.name().equals(part.name() + "-file"))
                    .flatMap(further -> rows(further, path + "." + further.name()));
            return Stream.concat(own, file);
        });
    }

    private static Stream<String> rows(Shape.Part part, String key) {
        if (part.shape() instanceof Shape.Group group) {
            return rows(group, key, false);
        }
        if (part.shape() instanceof Shape.Entries entries) {
            String below = key + "." + PLACEHOLDERS.getOrDefault(part.name(), "<id>");
            return rows(new Shape.Part(part.name(), entries.of(), true, Optional.empty(), part.doc()), below);
        }
        return Stream.of("| `%s`<br>`%s` | %s | %s | %s |"
                .formatted(
                        key, EnvironmentNames.of(key), type((Shape.Leaf) part.shape()), byDefault(part), part.doc()));
    }

    private static String byDefault(Shape.Part part) {
        return part.defaultValue()
                .map(value -> value.isEmpty() ? "empty" : "`" + value + "`")
                .orElse(part.optional() ? "" : "**required**");
    }

    private static String type(Shape.Leaf leaf) {
        String one = leaf.type().isEnum()
                ? Values.names(leaf.type()).stream()
                        .map(name -> "`" + name + "`")
                        .collect(Collectors.joining(", "))
                : NAMES.getOrDefault(leaf.type(), leaf.type().getSimpleName().toLowerCase(Locale.ROOT));
        return leaf.list() ? "list: " + one : one;
    }

    private static final Map<Class<?>, String> NAMES = Map.of(
            String.class, "text",
            int.class, "whole number",
            Integer.class, "whole number",
            boolean.class, "`true`, `false`",
            Duration.class, "duration",
            DataSize.class, "size",
            URI.class, "address",
            Path.class, "file",
            Secret.class, "secret");
}
