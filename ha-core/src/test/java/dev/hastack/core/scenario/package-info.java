/**
 * Scenario files: behaviour of the pure parts as data, under {@code src/test/resources/scenarios}. Each folder has a
 * form of its own, described by the class that runs it. Times are milliseconds since the start.
 */
@NullMarked
package dev.hastack.core.scenario;

import org.jspecify.annotations.NullMarked;
