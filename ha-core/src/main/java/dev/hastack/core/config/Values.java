package dev.hastack.core.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Turns the text of a value into its type. What is thrown says what was expected, and never repeats the text. */
final class Values {
    private Values() {}

    static Object parse(String text, Shape.Leaf leaf) {
        Class<?> type = leaf.type();
        if (type == String.class) {
            return text(text);
        } else if (type == Secret.class) {
            return Secret.of(text(text));
        } else if (type == int.class || type == Integer.class) {
            return integer(text);
        } else if (type == boolean.class) {
            return bool(text);
        } else if (type == Duration.class) {
            return Durations.parse(text);
        } else if (type == DataSize.class) {
            return DataSize.parse(text);
        } else if (type == Address.class) {
            return Address.parse(text, leaf.defaultPort());
        } else if (type == Share.class) {
            return Share.parse(text);
        } else if (type == Path.class) {
            return path(text);
        } else if (type == URI.class) {
            return uri(text);
        } else if (type.isEnum()) {
            return constant(text, type);
        }
        throw new AssertionError("no values of " + type);
    }

    /** Comma separated; an empty text is an empty list. */
    static List<Object> parseList(String text, Shape.Leaf leaf) {
        if (text.isBlank()) {
            return List.of();
        }
        List<Object> values = new ArrayList<>();
        for (String element : text.split(",", -1)) {
            if (element.isBlank()) {
                throw new IllegalArgumentException("expected something between two commas");
            }
            values.add(parse(element.trim(), leaf));
        }
        return values;
    }

    /** Text may be anything but two lines that became one, of which the second would be lost, and shown if it is a secret. */
    private static String text(String text) {
        if (Schema.holdsSetting(text)) {
            throw new TwoSettings();
        }
        return text;
    }

    /** A value of which nothing may be shown. */
    static final class TwoSettings extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private TwoSettings() {
            super("expected a line break before what is another setting");
        }
    }

    static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("expected a path", e);
        }
    }

    private static int integer(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a whole number", e);
        }
    }

    private static boolean bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("expected true or false");
        }
        return text.equals("true");
    }

    private static URI uri(String text) {
        boolean bare = !text.contains("://");
        try {
            if (bare && text.contains("/")) {
                // Of http:/host the host would be http.
                throw new URISyntaxException("", "a path without a scheme");
            }
            // Without the slashes the host would be the scheme.
            return new URI(bare ? "//" + text : text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(ElasticsearchConfig.Node.EXPECTED, e);
        }
    }

    private static Object constant(String text, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> name(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected one of " + String.join(", ", names(type))));
    }

    static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Values::name).toList();
    }

    private static String name(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
