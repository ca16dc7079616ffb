package dev.hastack.core.failure.spi;

import dev.hastack.core.failure.StackFailure;
import java.util.Optional;

/**
 * Reads the exceptions of one store's driver. A store module names its reader in {@code META-INF/services}, where {@link
 * java.util.ServiceLoader} finds it. Thread-safe.
 */
public interface FailureReader {

    /**
     * Returns what this exception says of the call that threw it. A reader may look at the causes of what is its driver's; wrappers
     * and suppressed exceptions are left to its caller.
     *
     * @return empty if the exception is not the driver's
     */
    Optional<StackFailure> read(Throwable error);
}
