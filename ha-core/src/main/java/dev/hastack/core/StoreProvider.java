package dev.hastack.core;

import dev.hastack.core.config.StackConfig;
import java.util.Optional;

/**
 * How a store module joins a stack: named in {@code META-INF/services} and found by {@link java.util.ServiceLoader}.
 */
public interface StoreProvider {

    /** Whether the configuration has this store; without it {@link #open} is not called. */
    boolean configured(StackConfig config);

    /** Opens the store without waiting for any node; never fails because one is down. */
    Store open(StoreContext context);

    /**
     * Returns why the store that this module has opened is not of a type that a program asks for, if that is its facade
     * for another kind of deployment: one clause that names the configured key, its value, and the type to ask for.
     *
     * @return empty for every other type, and by default
     */
    default Optional<String> mismatch(Class<?> type, StackConfig config) {
        return Optional.empty();
    }
}
