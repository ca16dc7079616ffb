package dev.hastack.core.config;

import dev.hastack.core.config.Settings.Setting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of settings. It goes on after a fault, so that all are found: {@code null} is what could not be made,
 * and its fault has been reported by then. What is only checked (the settings of other stacks) takes no part in the
 * secrets and the environment of their services: files are not read, and a placeholder without value is passed over.
 */
final class Binder {
    private final Settings settings;
    private final Placeholders placeholders;
    private final List<DriverProperties> drivers;
    private final Consumer<Fault> reporter;
    private final boolean checkOnly;
    private final String lookedIn;

    Binder(
            Settings settings,
            Placeholders placeholders,
            List<DriverProperties> drivers,
            Consumer<Fault> reporter,
            boolean checkOnly,
            String lookedIn) {
        this.settings = settings;
        this.placeholders = placeholders;
        this.drivers = drivers;
        this.reporter = reporter;
        this.checkOnly = checkOnly;
        this.lookedIn = lookedIn;
    }

    @Nullable
    Object group(Shape.Group group, String path) {
        Object[] arguments = new Object[group.parts().size()];
        Set<String> failed = new HashSet<>();
        boolean constructible = true;
        for (int i = 0; i < arguments.length; i++) {
            Shape.Part part = group.parts().get(i);
            Object value = part(part, path + "." + part.name());
            if (value != null) {
                arguments[i] = value;
            } else {
                failed.add(part.name());
                // A store that could not be made must not hide what is wrong between the others.
                arguments[i] = Optional.empty();
                constructible &= part.optional() && part.shape() instanceof Shape.Group;
            }
        }
        Object made = constructible ? construct(group, path, arguments, failed) : null;
        return failed.isEmpty() ? made : null;
    }

    private @Nullable Object construct(Shape.Group group, String path, Object[] arguments, Set<String> failed) {
        try {
            Class<?>[] types = Arrays.stream(group.type().getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            return group.type().getDeclaredConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Rules.BrokenRules rules) {
                rules.broken.stream()
                        .filter(broken -> !failed.contains(broken.key()))
                        .forEach(broken -> reporter.accept(fault(group, path, broken)));
                return null;
            }
            throw new IllegalStateException("cannot make " + group.type(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + group.type(), e);
        }
    }

    /** The fault is said of the setting that broke the rule, or else of the default that did. */
    private Fault fault(Shape.Group group, String path, Rules.Broken broken) {
        String key = path + "." + broken.key();
        Optional<Setting> setting = settings.get(key).or(() -> settings.get(key + "-file"));
        if (setting.isPresent()) {
            return Fault.of(setting.get().entry(), broken.expected());
        }
        Optional<String> byDefault = group.defaultOf(broken.key());
        return byDefault
                .map(value -> Fault.of(key, value, "default", broken.expected()))
                .orElseGet(() -> Fault.of(key, broken.expected()));
    }

    @Nullable
    Object part(Shape.Part part, String key) {
        if (part.shape() instanceof Shape.Entries entries) {
            return entries(entries, key);
        }
        if (part.shape() instanceof Shape.Group group) {
            if (part.optional() && !settings.anyBelow(key)) {
                return Optional.empty();
            }
            Object value = group(group, key);
            return part.optional() && value != null ? Optional.of(value) : value;
        }
        Shape.Leaf leaf = (Shape.Leaf) part.shape();
        if (leaf.list()) {
            return list(part, leaf, key);
        }
        Optional<Setting> direct = settings.get(key);
        Optional<Setting> file = leaf.type() == Secret.class ? settings.get(key + "-file") : Optional.empty();
        Optional<Setting> setting = later(direct, file);
        if (setting.isEmpty()) {
            return absent(part, leaf, key);
        }
        return attempt(setting.get(), () -> {
            String text = placeholders.resolve(setting.get().entry().value());
            if (text.isEmpty() && part.optional()) {
                return Optional.empty();
            }
            Object value = setting.equals(file) ? content(text) : Values.parse(text, leaf);
            if (value instanceof Path path && leaf.readable().isPresent() && !checkOnly) {
                leaf.readable().get().check(path);
            }
            return part.optional() ? Optional.of(value) : value;
        });
    }

    private @Nullable Object entries(Shape.Entries entries, String path) {
        boolean leaves = entries.of() instanceof Shape.Leaf;
        Map<String, Object> map = new LinkedHashMap<>();
        Set<String> ids = settings.ids(path, leaves);
        for (String id : ids) {
            if (!id.matches(entries.ids())) {
                Stream.concat(settings.get(path + "." + id).stream(), settings.below(path + "." + id).stream())
                        .limit(1)
                        .forEach(s -> reporter.accept(
                                Fault.ofKey(s.entry(), Rules.idExpected(entries.ids()), Optional.empty())));
                continue;
            }
            Object value = part(new Shape.Part(id, entries.of(), false, Optional.empty(), ""), path + "." + id);
            if (value != null) {
                map.put(id, value);
                drivers.stream()
                        .filter(driver -> driver.key().equals(path))
                        .forEach(driver -> ask(driver, id, value.toString()));
            }
        }
        return map.size() == ids.size() ? map : null;
    }

    private void ask(DriverProperties driver, String name, String value) {
        ConfigSource.Entry entry =
                settings.get(driver.key() + "." + name).orElseThrow().entry();
        driver.expected(name, value, !checkOnly)
                .map(expected -> driver.names().contains(name)
                        ? Fault.of(entry, expected)
                        : Fault.ofKey(
                                entry,
                                expected,
                                Suggestions.nearest(name, driver.names()).map(near -> driver.key() + "." + near)))
                .ifPresent(reporter);
    }

    private @Nullable Object list(Shape.Part part, Shape.Leaf leaf, String key) {
        SortedMap<Integer, Setting> indexed = settings.elements(key);
        Optional<Setting> whole = settings.get(key);
        Optional<Setting> setting = later(whole, indexed.values().stream().findFirst());
        if (setting.isEmpty()) {
            return absent(part, leaf, key);
        }
        if (setting.equals(whole)) {
            return attempt(
                    setting.get(),
                    () -> Values.parseList(
                            placeholders.resolve(setting.get().entry().value()), leaf));
        }
        List<Object> values = new ArrayList<>();
        indexed.forEach((index, element) -> {
            Object value = attempt(
                    element,
                    () -> Values.parse(placeholders.resolve(element.entry().value()), leaf));
            if (value != null) {
                values.add(value);
            }
        });
        if (indexed.lastKey() >= indexed.size()) {
            reporter.accept(Fault.ofKey(
                    setting.get().entry(),
                    "expected [0], [1] and so on without a gap, in one source",
                    Optional.empty()));
            return null;
        }
        return values.size() == indexed.size() ? values : null;
    }

    /** Of two ways to set the same, the one of higher rank. Both at once would leave it to chance. */
    private Optional<Setting> later(Optional<Setting> one, Optional<Setting> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        if (one.get().rank() == other.get().rank()) {
            ConfigSource.Entry second = other.get().entry();
            reporter.accept(Fault.ofKey(one.get().entry(), "expected either this or " + second, Optional.empty()));
        }
        return one.get().rank() >= other.get().rank() ? one : other;
    }

    private @Nullable Object absent(Shape.Part part, Shape.Leaf leaf, String key) {
        if (part.optional()) {
            return Optional.empty();
        }
        if (part.defaultValue().isPresent()) {
            String value = part.defaultValue().get();
            return leaf.list() ? Values.parseList(value, leaf) : Values.parse(value, leaf);
        }
        reporter.accept(Fault.of(
                key,
                "required, not set in any source (looked in %s; or set %s)"
                        .formatted(lookedIn, EnvironmentNames.of(key))));
        return null;
    }

    private Secret content(String path) {
        if (checkOnly) {
            return Secret.of("");
        }
        return Secret.ofFile(Values.path(path));
    }

    /** Part of a password may look like a placeholder, whose name must not be repeated then. */
    private static String unresolved(ConfigSource.Entry entry, Placeholders.Unresolved e) {
        return Redaction.isSecret(entry.key()) && !entry.value().matches("\\$\\{[A-Z][A-Z0-9_]*}")
                ? "expected what it names as a placeholder to be set, or a default; a plain ${ is written $${"
                : String.valueOf(e.getMessage());
    }

    private @Nullable Object attempt(Setting setting, Supplier<Object> value) {
        try {
            return value.get();
        } catch (Placeholders.Unresolved e) {
            if (!checkOnly) {
                reporter.accept(Fault.of(setting.entry(), unresolved(setting.entry(), e)));
            }
        } catch (Values.TwoSettings e) {
            reporter.accept(Fault.ofKey(setting.entry(), String.valueOf(e.getMessage()), Optional.empty()));
        } catch (IllegalArgumentException e) {
            String expected = String.valueOf(e.getMessage());
            boolean resolved = setting.entry().value().contains("${");
            reporter.accept(
                    Fault.of(setting.entry(), resolved ? expected + ", once its placeholders are resolved" : expected));
        }
        return null;
    }
}
