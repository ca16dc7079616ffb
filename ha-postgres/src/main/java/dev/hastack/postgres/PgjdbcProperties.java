package dev.hastack.postgres;

import dev.hastack.core.config.DriverProperties;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.PGProperty;

/**
 * Which properties pgjdbc knows, of the version that is on the class path, and which of their values it would accept or, as it does
 * with most that are wrong, pass over. Public only because {@link java.util.ServiceLoader} makes it.
 */
public final class PgjdbcProperties implements DriverProperties {
    static final String KEY = "ha.postgres.properties";

    /** What another key says, or ha-stack itself; the driver would be told twice, and nobody knows which counts. */
    private static final Map<String, String> ELSEWHERE = Map.of(
            "user", "expected in ha.postgres.username",
            "password", "expected in ha.postgres.password",
            "PGHOST", "expected in ha.postgres.nodes.<id>.address",
            "PGPORT", "expected in ha.postgres.nodes.<id>.address",
            "PGDBNAME", "expected in ha.postgres.database",
            "service", "expected none: the nodes are those of ha.postgres.nodes",
            "socketFactory", "expected none: the sockets are ha-stack's own",
            "socketFactoryArg", "expected none: the sockets are ha-stack's own",
            "classLoaderStrategy", "expected none: ha-stack sets it");

    /** Whose default is a number, or who have none, and are no whole numbers all the same. */
    private static final Set<String> TEXTS = Set.of("assumeMinServerVersion", "maxResultBuffer");

    private static final Set<String> BOOLEANS = Set.of("ssl");
    private static final Set<String> FILES = Set.of("sslrootcert", "sslcert", "sslkey");
    private static final Map<String, PGProperty> KNOWN =
            Arrays.stream(PGProperty.values()).collect(Collectors.toMap(PGProperty::getName, property -> property));

    private static final Set<String> NAMES = KNOWN.keySet().stream()
            .filter(name -> !ELSEWHERE.containsKey(name))
            .collect(Collectors.toUnmodifiableSet());

    /** Called by the service loader. */
    public PgjdbcProperties() {}

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public Set<String> names() {
        return NAMES;
    }

    @Override
    public Optional<String> expected(String name, String value, boolean own) {
        PGProperty property = KNOWN.get(name);
        if (property == null) {
            return Optional.of("the PostgreSQL driver knows no such property");
        } else if (ELSEWHERE.containsKey(name)) {
            return Optional.of(ELSEWHERE.get(name));
        } else if (own && FILES.contains(name)) {
            return file(value);
        }
        String[] choices = property.getChoices();
        if (name.equals("requireAuth")) {
            return choices == null || Arrays.asList(choices).containsAll(Arrays.asList(value.split("\\s*,\\s*")))
                    ? Optional.empty()
                    : Optional.of("expected some of " + String.join(", ", choices));
        } else if (choices != null) {
            return Arrays.asList(choices).contains(value)
                    ? Optional.empty()
                    : Optional.of("expected one of " + String.join(", ", choices));
        }
        return plain(name, value, String.valueOf(property.getDefaultValue()));
    }

    /** @throws IllegalArgumentException with every property that is wrong; it repeats no value, which may be a secret */
    void check(Map<String, String> properties) {
        String faults = properties.entrySet().stream()
                .flatMap(property -> expected(property.getKey(), property.getValue(), true).stream()
                        .map(expected -> KEY + "." + property.getKey() + ": " + expected))
                .collect(Collectors.joining("; "));
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(faults);
        }
    }

    private static Optional<String> plain(String name, String value, String byDefault) {
        if (BOOLEANS.contains(name) || byDefault.equals("true") || byDefault.equals("false")) {
            return value.equals("true") || value.equals("false")
                    ? Optional.empty()
                    : Optional.of("expected true or false");
        } else if (!TEXTS.contains(name) && byDefault.matches("-?\\d+")) {
            return whole(value) ? Optional.empty() : Optional.of("expected a whole number");
        }
        return Optional.empty();
    }

    private static boolean whole(String value) {
        try {
            return value.equals(String.valueOf(Integer.parseInt(value)));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static Optional<String> file(String value) {
        try {
            return Files.isReadable(Path.of(value)) && Files.isRegularFile(Path.of(value))
                    ? Optional.empty()
                    : Optional.of("expected a file that can be read, and there is none");
        } catch (InvalidPathException e) {
            return Optional.of("expected a file");
        }
    }
}
