package dev.hastack.core.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads configuration from files, in UTF-8. */
final class SourceFiles {
    private final Faults faults;

    SourceFiles(Faults faults) {
        this.faults = faults;
    }

    /** The resources of these names that exist, each as the first class loader that knows it sees it. */
    List<ConfigSource> classPath(List<ClassLoader> loaders, String... names) {
        List<ConfigSource> sources = new ArrayList<>();
        for (String name : names) {
            loaders.stream()
                    .map(loader -> loader.getResource(name))
                    .filter(url -> url != null)
                    .findFirst()
                    .ifPresent(url -> read("classpath:" + name, () -> text(url), sources, Optional.empty()));
        }
        return sources;
    }

    /**
     * The files of these names, all of which must exist.
     *
     * @param setting that names them; absent if the program does
     */
    List<ConfigSource> files(List<String> names, Optional<ConfigSource.Entry> setting) {
        List<ConfigSource> sources = new ArrayList<>();
        for (String name : names) {
            if (name.toLowerCase(Locale.ROOT).matches(".*\\.(ya?ml|json|conf|xml)")) {
                fault(name, "expected a file in the format of .properties", setting);
            } else {
                read(name, () -> SmallFile.read(Path.of(name), SmallFile.CONFIGURATION), sources, setting);
            }
        }
        return sources;
    }

    private interface Content {
        String text() throws IOException;
    }

    private void read(String name, Content content, List<ConfigSource> sources, Optional<ConfigSource.Entry> setting) {
        try {
            sources.add(new ConfigSource(name, PropertiesParser.parse(content.text(), "ha.", name, faults)));
        } catch (IOException | InvalidPathException e) {
            fault(name, "expected a readable file: " + SmallFile.reason(e), setting);
        }
    }

    private void fault(String name, String expected, Optional<ConfigSource.Entry> setting) {
        faults.add(setting.map(entry -> Fault.of(entry, "it names " + Redaction.value("", name) + ": " + expected))
                .orElse(Fault.of(name, expected)));
    }

    private static String text(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return SmallFile.read(in, SmallFile.CONFIGURATION);
        }
    }
}
