package dev.hastack.core;

import dev.hastack.core.config.StackConfig;

/**
 * How a store module joins a stack: named in {@code META-INF/services} and found by {@link java.util.ServiceLoader}.
 */
public interface StoreProvider {

    /** Whether the configuration has this store; without it {@link #open} is not called. */
    boolean configured(StackConfig config);

    /** Opens the store without waiting for any node; never fails because one is down. */
    Store open(StoreContext context);
}
