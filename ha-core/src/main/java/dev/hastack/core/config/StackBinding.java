package dev.hastack.core.config;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds what the sources hold for the own stack, and checks what they hold for the others. */
final class StackBinding {
    private static final Logger LOG = LoggerFactory.getLogger(StackConfig.class);
    private static final String FILES = "ha.config.files";

    private final Map<String, String> environment;
    private final Map<String, String> systemProperties;
    private final List<DriverProperties> drivers;
    private final Faults faults;

    StackBinding(
            Map<String, String> environment,
            Map<String, String> systemProperties,
            List<DriverProperties> drivers,
            Faults faults) {
        this.environment = environment;
        this.systemProperties = systemProperties;
        this.drivers = drivers;
        this.faults = faults;
    }

    /**
     * Reads the files that {@code ha.config.files} names. Other faults of that key are left to {@link #bind}, which meets
     * them again.
     *
     * @param below sources that the files win over
     * @param above sources that win over the environment
     */
    List<ConfigSource> files(List<ConfigSource> below, List<ConfigSource> above, SourceFiles reader) {
        EnvironmentNames environmentNames = EnvironmentNames.match(environment, new KnownIds(), new Faults());
        Settings settings = Settings.merge(inOrder(below, List.of(), environmentNames, above), Optional.empty());
        List<String> names = sources(binder(settings, fault -> {}, false, ""))
                .map(SourceConfig::files)
                .orElse(List.of());
        return reader.files(names, settings.get(FILES).map(Settings.Setting::entry));
    }

    /** Binds these, with what {@link #files} has read. */
    StackConfig bind(List<ConfigSource> below, List<ConfigSource> files, List<ConfigSource> above) {
        KnownIds ids = new KnownIds();
        // So that a variable, which has no upper and lower case, can stand for sslMode as well as for sslmode.
        drivers.forEach(driver -> driver.names().forEach(name -> ids.add(driver.key(), name)));
        Stream.of(below, files, above)
                .flatMap(List::stream)
                .flatMap(source -> source.entries().stream())
                .forEach(entry -> Schema.collectIds(entry.key(), ids));
        EnvironmentNames first = EnvironmentNames.match(environment, ids, new Faults());
        stack(Settings.merge(inOrder(below, files, first, above), Optional.empty()))
                .filter(name -> name.matches(Ids.NODE))
                .ifPresent(name -> ids.add("ha.stacks", name));
        EnvironmentNames names = EnvironmentNames.match(environment, ids, faults);
        names.source().entries().forEach(entry -> Schema.collectIds(entry.key(), ids));

        List<ConfigSource> all = inOrder(below, files, names, above);
        String lookedIn = lookedIn(all);
        Settings common = Settings.merge(all, Optional.empty());
        Optional<UnknownKeys> unknown =
                sources(binder(common, faults::add, false, lookedIn)).flatMap(SourceConfig::unknownKeys);
        Optional<String> stack = stack(common);
        new StackNames(all, plain(common)).check(stack, common.get("ha.stack").map(Settings.Setting::entry), faults);
        Object config =
                binder(Settings.merge(all, stack), faults::add, false, lookedIn).group(Schema.ROOT, "ha");
        for (String other : ids.at("ha.stacks")) {
            checkOther(other, stack, all, lookedIn);
        }
        rejectFilesNamedInFiles(files);
        unknownKeys(all, names, ids, unknown);
        faults.throwIfAny();
        return (StackConfig) Objects.requireNonNull(config);
    }

    private static List<ConfigSource> inOrder(
            List<ConfigSource> below, List<ConfigSource> files, EnvironmentNames names, List<ConfigSource> above) {
        return Stream.of(below, files, List.of(names.source()), above)
                .flatMap(List::stream)
                .toList();
    }

    /** What is wrong in another stack only is said with its name, unless the key says it already. */
    private void checkOther(String other, Optional<String> own, List<ConfigSource> all, String lookedIn) {
        if (!other.matches(Ids.NODE)) {
            faults.add(Fault.of("ha.stacks." + other, Rules.idExpected(Ids.NODE)));
        } else if (!own.equals(Optional.of(other))) {
            Consumer<Fault> reporter = fault -> {
                if (!faults.contains(fault)) {
                    faults.add(fault.key().startsWith("ha.stacks.") ? fault : fault.inStack(other));
                }
            };
            binder(Settings.merge(all, Optional.of(other)), reporter, true, lookedIn)
                    .group(Schema.ROOT, "ha");
        }
    }

    private void rejectFilesNamedInFiles(List<ConfigSource> files) {
        files.stream()
                .flatMap(source -> source.entries().stream())
                .filter(entry -> entry.key().replaceFirst("\\[.*", "").equals(FILES))
                .forEach(entry -> faults.add(
                        Fault.of(entry, "expected outside of the files that it names: in the environment, say")));
    }

    private void unknownKeys(
            List<ConfigSource> all, EnvironmentNames names, KnownIds ids, Optional<UnknownKeys> policy) {
        KnownKeys known = KnownKeys.of(Schema.keys(ids));
        List<Fault> keys = all.stream()
                .flatMap(source -> source.entries().stream())
                .filter(entry -> !Schema.knows(entry.key()))
                .flatMap(entry -> unknownKey(entry, all, ids, known).stream())
                .toList();
        List<Fault> misspelt = names.misspelt().entrySet().stream()
                .map(e -> EnvironmentNames.misspelt(e.getKey(), e.getValue()))
                .toList();
        List<Fault> environment = names.unknown().stream()
                .map(name -> EnvironmentNames.unknown(name, ids, known.all()))
                .toList();
        handle(keys, policy.orElse(UnknownKeys.FAIL));
        handle(misspelt, policy.orElse(UnknownKeys.FAIL));
        handle(environment, policy.orElse(UnknownKeys.WARN));
    }

    private Optional<Fault> unknownKey(
            ConfigSource.Entry entry, List<ConfigSource> all, KnownIds ids, KnownKeys known) {
        if (entry.key().startsWith("ha.")) {
            return Optional.of(Fault.ofKey(entry, "unknown key", known.nearest(entry.key())));
        }
        return isVariable(entry.key(), all) ? Optional.empty() : LookalikeKeys.fault(entry, ids, known.all());
    }

    /** Frameworks repeat the environment among their own settings, and a system property may be there for a placeholder. */
    private boolean isVariable(String key, List<ConfigSource> all) {
        return environment.containsKey(key)
                || (systemProperties.containsKey(key)
                        && all.stream()
                                .flatMap(source -> source.entries().stream())
                                .anyMatch(entry -> entry.value().contains("${" + key)));
    }

    private void handle(List<Fault> unknown, UnknownKeys policy) {
        switch (policy) {
            case FAIL -> unknown.forEach(faults::add);
            case WARN -> unknown.forEach(fault -> LOG.warn("{}", fault));
            case IGNORE -> {}
        }
    }

    private Binder binder(Settings settings, Consumer<Fault> reporter, boolean checkOnly, String lookedIn) {
        Placeholders placeholders = new Placeholders(settings, environment, systemProperties);
        return new Binder(settings, placeholders, drivers, reporter, checkOnly, lookedIn);
    }

    /** Resolves the placeholders of a value, as far as that is possible: its faults are left to the whole. */
    private UnaryOperator<String> plain(Settings common) {
        Placeholders placeholders = new Placeholders(common, environment, systemProperties);
        return value -> {
            try {
                return placeholders.resolve(value);
            } catch (Placeholders.Unresolved e) {
                return value;
            }
        };
    }

    private static Optional<SourceConfig> sources(Binder binder) {
        return Optional.ofNullable((SourceConfig) binder.group(Schema.SOURCES, "ha.config"));
    }

    /** Who the process is comes before what it is told; its faults are left to the whole. */
    private Optional<String> stack(Settings common) {
        Object stack = binder(common, fault -> {}, false, "").part(Schema.STACK, "ha.stack");
        return stack instanceof Optional<?> name ? name.map(String.class::cast) : Optional.empty();
    }

    private static String lookedIn(List<ConfigSource> all) {
        String names = all.stream()
                .filter(source -> !source.entries().isEmpty())
                .map(ConfigSource::name)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "no file" : names;
    }
}
