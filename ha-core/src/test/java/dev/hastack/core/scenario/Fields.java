package dev.hastack.core.scenario;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A YAML map whose every field must be read: what a runner does not know fails the file. */
final class Fields {
    private final String path;
    private final Map<String, Object> values;
    private final Set<String> unread;

    private Fields(String path, Map<String, Object> values) {
        this.path = path;
        this.values = values;
        this.unread = new TreeSet<>(values.keySet());
    }

    static Fields parse(String name, String yaml) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        return of(name, new Yaml(new SafeConstructor(strict)).load(yaml));
    }

    static Fields of(String path, @Nullable Object map) {
        if (!(map instanceof Map<?, ?> entries)) {
            throw new AssertionError(path + ": expected fields, but found " + map);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        entries.forEach((key, value) -> values.put(String.valueOf(key), value));
        return new Fields(path, values);
    }

    String path() {
        return path;
    }

    /** Ends the reading. */
    void end() {
        if (!unread.isEmpty()) {
            throw new AssertionError(path + ": unknown fields " + unread);
        }
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Set<String> keys() {
        return values.keySet();
    }

    Object raw(String key) {
        unread.remove(key);
        Object value = values.get(key);
        if (value == null) {
            throw new AssertionError(path + ": expected " + key);
        }
        return value;
    }

    private <T> Optional<T> optional(String key, Function<Object, T> as) {
        return has(key) ? Optional.of(as.apply(raw(key))) : Optional.empty();
    }

    /** Runs the check if the field is there. */
    <T> void check(String key, Function<Object, T> as, Consumer<T> check) {
        optional(key, as).ifPresent(check);
    }

    String text(String key) {
        return String.valueOf(raw(key));
    }

    Optional<String> textOr(String key) {
        return optional(key, String::valueOf);
    }

    long number(String key, long otherwise) {
        return optional(key, this::number).orElse(otherwise);
    }

    OptionalLong number(String key) {
        return has(key) ? OptionalLong.of(number(raw(key))) : OptionalLong.empty();
    }

    private long number(Object value) {
        if (value instanceof Number number && number.doubleValue() == number.longValue()) {
            return number.longValue();
        }
        throw new AssertionError(path + ": expected a whole number, but found " + value);
    }

    boolean flag(String key) {
        return optional(key, value -> {
                    if (value instanceof Boolean flag) {
                        return flag;
                    }
                    throw new AssertionError(path + "." + key + ": expected true or false, but found " + value);
                })
                .orElse(false);
    }

    Instant instant(String key, Instant otherwise) {
        return has(key) ? Instant.ofEpochMilli(number(raw(key))) : otherwise;
    }

    Optional<Instant> instant(String key) {
        return optional(key, value -> Instant.ofEpochMilli(number(value)));
    }

    /** In milliseconds, which may have decimals. */
    Duration millis(String key, Duration otherwise) {
        return optional(key, value -> Duration.ofNanos(Math.round(Double.parseDouble(String.valueOf(value)) * 1e6)))
                .orElse(otherwise);
    }

    <E extends Enum<E>> E word(String key, Class<E> type) {
        return Enum.valueOf(type, text(key).toUpperCase(Locale.ROOT).replace(' ', '_'));
    }

    List<Object> list(String key) {
        return list(path + "." + key, raw(key));
    }

    List<Object> listOr(String key) {
        return has(key) ? list(key) : List.of();
    }

    List<String> texts(String key) {
        return listOr(key).stream().map(String::valueOf).toList();
    }

    List<Long> numbers(String key) {
        return list(key).stream().map(this::number).toList();
    }

    Fields fields(String key) {
        return of(path + "." + key, raw(key));
    }

    Optional<Fields> fieldsOr(String key) {
        return optional(key, value -> of(path + "." + key, value));
    }

    List<Fields> each(String key) {
        List<Fields> each = new ArrayList<>();
        for (Object value : list(key)) {
            each.add(of(path + "." + key + "[" + (each.size() + 1) + "]", value));
        }
        if (each.isEmpty()) {
            throw new AssertionError(path + "." + key + ": expected at least one");
        }
        return each;
    }

    static List<Object> list(String path, Object value) {
        if (value instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        throw new AssertionError(path + ": expected a list, but found " + value);
    }
}
