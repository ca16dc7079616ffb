package dev.hastack.core.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Reads a {@link StackConfig} from its sources. Of these the later wins: {@code application.properties} and {@code
 * ha-stack.properties} on the class path; the files that {@code ha.config.files} names, then those of {@link #file};
 * environment variables; system properties; those of {@link #source}; those of {@link #with}. Not thread-safe.
 */
public final class ConfigLoader {
    private final List<ClassLoader> classLoaders;
    private final List<String> files = new ArrayList<>();
    private final List<ConfigSource> sources = new ArrayList<>();
    private final Map<String, String> program = new LinkedHashMap<>();
    private List<DriverProperties> drivers = Drivers.FOUND;
    private Map<String, String> environment;
    private Map<String, String> systemProperties;

    /** Looked for once. */
    private static final class Drivers {
        static final List<DriverProperties> FOUND =
                ServiceLoader.load(DriverProperties.class, ConfigLoader.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
    }

    private ConfigLoader(
            List<ClassLoader> classLoaders, Map<String, String> environment, Map<String, String> systemProperties) {
        this.classLoaders = classLoaders;
        this.environment = environment;
        this.systemProperties = systemProperties;
    }

    static ConfigLoader standard() {
        List<ClassLoader> loaders = new ArrayList<>();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) {
            loaders.add(context);
        }
        loaders.add(Objects.requireNonNull(ConfigLoader.class.getClassLoader()));
        Map<String, String> properties = new TreeMap<>();
        Properties system = System.getProperties();
        system.stringPropertyNames().forEach(name -> properties.put(name, system.getProperty(name, "")));
        return new ConfigLoader(loaders, new HashMap<>(System.getenv()), new HashMap<>(properties));
    }

    /** Nothing but what is added. */
    static ConfigLoader bare() {
        return of(List.of());
    }

    static ConfigLoader of(List<ClassLoader> classLoaders) {
        return new ConfigLoader(classLoaders, new HashMap<>(), new HashMap<>());
    }

    /** Replaces the environment of the process. */
    public ConfigLoader environment(Map<String, String> variables) {
        environment = new HashMap<>(variables);
        return this;
    }

    /** Replaces the system properties of the process. */
    public ConfigLoader systemProperties(Map<String, String> properties) {
        systemProperties = new HashMap<>(properties);
        return this;
    }

    /** Replaces the drivers that the class path offers. */
    ConfigLoader drivers(List<DriverProperties> all) {
        drivers = List.copyOf(all);
        return this;
    }

    /** Adds a file in the format of {@link Properties}; it must exist. */
    public ConfigLoader file(Path file) {
        files.add(file.toString());
        return this;
    }

    /** Adds a source, such as a framework's own configuration. */
    public ConfigLoader source(ConfigSource source) {
        sources.add(source);
        return this;
    }

    /** Adds settings of the program, which win over all else. Keys that do not begin with {@code ha.} are passed over. */
    public ConfigLoader with(Map<String, String> settings) {
        program.putAll(settings);
        return this;
    }

    /**
     * Reads all sources, once.
     *
     * @throws StackConfigException with every fault that they hold
     */
    public StackConfig load() {
        Faults faults = new Faults();
        dropNulls(environment, "environment", faults);
        dropNulls(systemProperties, "system property", faults);
        dropNulls(program, "program", faults);
        SourceFiles reader = new SourceFiles(faults);
        List<ConfigSource> below = reader.classPath(classLoaders, "application.properties", "ha-stack.properties");
        List<ConfigSource> above = new ArrayList<>();
        above.add(ConfigSource.of("system property", systemProperties));
        above.addAll(sources);
        above.add(ConfigSource.of("program", program));
        StackBinding binding = new StackBinding(environment, systemProperties, drivers, faults);

        List<ConfigSource> read = new ArrayList<>(binding.files(below, above, reader));
        read.addAll(reader.files(files, Optional.empty()));
        return binding.bind(below, read, above);
    }

    /** A map of a program may hold what no file can. */
    private static void dropNulls(Map<String, String> settings, String origin, Faults faults) {
        settings.forEach((key, value) -> {
            if (key == null) {
                faults.add(Fault.of("null", "expected a key, and it is null (" + origin + ")"));
            } else if (value == null && (key.startsWith("ha.") || key.startsWith("HA_"))) {
                faults.add(Fault.ofKey(
                        new ConfigSource.Entry(key, "", origin), "expected a value, and it is null", Optional.empty()));
            }
        });
        if (settings.containsKey(null) || settings.containsValue(null)) {
            settings.entrySet().removeIf(entry -> entry.getKey() == null || entry.getValue() == null);
        }
    }
}
