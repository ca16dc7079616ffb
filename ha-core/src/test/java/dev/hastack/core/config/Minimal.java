package dev.hastack.core.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** The least that makes a stack with PostgreSQL, and what each test adds to it. */
final class Minimal {
    private Minimal() {}

    static Map<String, String> with(String... keysAndValues) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("ha.postgres.database", "cms");
        settings.put("ha.postgres.username", "cms");
        settings.put("ha.postgres.nodes.main.address", "pg-main");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return settings;
    }

    static PostgresConfig postgres(String... keysAndValues) {
        return StackConfig.of(with(keysAndValues)).postgres().orElseThrow();
    }

    /** The lines of the report that loading these settings ends with. */
    static List<String> faults(String... keysAndValues) {
        return faults(ConfigLoader.bare().with(with(keysAndValues)));
    }

    static List<String> faults(ConfigLoader loader) {
        StackConfigException thrown = Assertions.catchThrowableOfType(StackConfigException.class, loader::load);
        return thrown == null
                ? List.of()
                : thrown.faults().stream().map(Fault::toString).toList();
    }
}
