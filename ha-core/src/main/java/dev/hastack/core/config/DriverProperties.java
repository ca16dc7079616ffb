package dev.hastack.core.config;

import java.util.Optional;
import java.util.Set;

/**
 * What a store's driver says of the settings that ha-stack hands to it as they are, so that a misspelt one is a fault of the
 * configuration like any other. A store module names its own in {@code META-INF/services}; it is found by {@link
 * java.util.ServiceLoader}. Where the module is not on the class path, nobody asks. Thread-safe.
 */
public interface DriverProperties {

    /** The key below which they stand: {@code ha.postgres.properties}. */
    String key();

    /** The names that may be set, for a suggestion. */
    Set<String> names();

    /**
     * What is wrong with a setting.
     *
     * @param name one that may or may not be among {@link #names}
     * @param value with its placeholders resolved; no message may repeat it
     * @param own whether it is this process's own, so that files that it names have to be there
     * @return what was expected, or empty if it is right
     */
    Optional<String> expected(String name, String value, boolean own);
}
