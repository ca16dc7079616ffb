package dev.hastack.core.failure.spi;

import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.failure.StackFailure;

/**
 * What a driver's own exception says.
 *
 * @param store whose driver it is
 */
public record DriverFailure(String store, Outcome outcome, Reason reason) implements StackFailure {}
