package dev.hastack.core;

import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.monitor.Time;

/**
 * What a store module gets from its stack.
 *
 * @param config the whole configuration, with the overrides of the own stack applied
 * @param events where changes are told
 * @param time the clock of all monitors
 */
public record StoreContext(StackConfig config, Events events, Time time) {}
