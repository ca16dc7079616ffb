package dev.hastack.core.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Derives the {@link Shape} of the configuration from the components of its records. */
final class Schema {
    /** Where the sources are, below {@code ha.config}. */
    static final Shape.Group SOURCES = group(SourceConfig.class);

    /** All keys, below {@code ha}. */
    static final Shape.Group ROOT = root();

    /** {@code ha.stack}, which decides what all others are. */
    static final Shape.Part STACK = ROOT.parts().stream()
            .filter(part -> part.name().equals("stack"))
            .findFirst()
            .orElseThrow();

    private static final Pattern SETTING = Pattern.compile("ha\\.(?:"
            + ROOT.all().stream().map(Shape.Part::name).collect(Collectors.joining("|"))
            + ")[a-z0-9.\\[\\]-]*\\s*[=:\\s]");

    private Schema() {}

    /** Whether another setting stands in a text, with its key and what separates that from its value. */
    static boolean holdsSetting(String text) {
        return text.contains("ha.") && SETTING.matcher(text).find();
    }

    static boolean knows(String key) {
        return key.startsWith("ha.") && ROOT.knows(segments(key));
    }

    /** Finds the ids of maps that {@code key} names, as far as the key is known. */
    static void collectIds(String key, KnownIds ids) {
        if (key.startsWith("ha.")) {
            ROOT.collectIds(segments(key), "ha", ids);
        }
    }

    /** All keys, with the known ids filled in. */
    static List<String> keys(KnownIds ids) {
        List<String> keys = new ArrayList<>();
        ROOT.list("ha", ids, keys);
        return keys;
    }

    private static List<String> segments(String key) {
        return Arrays.asList(key.substring("ha.".length()).split("\\.", -1));
    }

    private static Shape.Group root() {
        Shape.Group stack = group(StackConfig.class);
        List<Shape.Part> overridable = stack.parts().stream()
                .filter(part -> !Set.of("stack", "service").contains(part.name()))
                .toList();
        return new Shape.Group(
                stack.type(),
                stack.parts(),
                List.of(
                        further("config", SOURCES, ""),
                        further(
                                "stacks",
                                new Shape.Entries(new Shape.Group(stack.type(), overridable, List.of()), Ids.NODE),
                                "")));
    }

    private static Shape.Group group(Class<? extends Record> type) {
        List<Shape.Part> parts = new ArrayList<>();
        List<Shape.Part> further = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Shape.Part part = part(component);
            parts.add(part);
            if (part.shape() instanceof Shape.Leaf leaf && leaf.type() == Secret.class) {
                further.add(further(
                        part.name() + "-file",
                        new Shape.Leaf(Path.class, false, 0, Optional.empty()),
                        "A file with the value of `" + part.name()
                                + "`, instead of it. One line break at its end is dropped."));
            }
        }
        return new Shape.Group(type, List.copyOf(parts), List.copyOf(further));
    }

    private static Shape.Part further(String name, Shape shape, String doc) {
        return new Shape.Part(name, shape, true, Optional.empty(), doc);
    }

    private static Shape.Part part(RecordComponent component) {
        Doc doc = Objects.requireNonNull(component.getAnnotation(Doc.class), () -> component + " has no @Doc");
        Key key = component.getAnnotation(Key.class);
        return new Shape.Part(
                key != null
                        ? key.value()
                        : component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT),
                shape(component.getGenericType(), component),
                component.getType() == Optional.class,
                Optional.ofNullable(component.getAnnotation(Default.class)).map(Default::value),
                doc.value());
    }

    private static Shape shape(Type type, RecordComponent component) {
        if (type instanceof ParameterizedType generic) {
            Type[] of = generic.getActualTypeArguments();
            if (generic.getRawType() == Map.class) {
                return new Shape.Entries(
                        shape(of[1], component),
                        component.getAnnotation(Ids.class).value());
            }
            if (generic.getRawType() == List.class) {
                return new Shape.Leaf((Class<?>) of[0], true, defaultPort(component), Optional.empty());
            }
            return shape(of[0], component); // Optional
        }
        Class<?> plain = (Class<?>) type;
        return plain.isRecord() && plain != Address.class && plain != DataSize.class && plain != Share.class
                ? group(plain.asSubclass(Record.class))
                : new Shape.Leaf(
                        plain,
                        false,
                        defaultPort(component),
                        Optional.ofNullable(component.getAnnotation(Existing.class))
                                .map(Existing::value));
    }

    private static int defaultPort(RecordComponent component) {
        DefaultPort port = component.getAnnotation(DefaultPort.class);
        return port == null ? 0 : port.value();
    }
}
