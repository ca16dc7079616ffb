package dev.hastack.core;

import dev.hastack.core.config.ReadFallback;
import dev.hastack.core.config.ReadPreference;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Events;
import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Time;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.ReadRouting;
import java.time.Duration;
import java.util.Map;

/**
 * What a store module gets from its stack.
 *
 * @param config the whole configuration, with the overrides of the own stack applied
 * @param events where changes are told
 * @param time the clock of all monitors
 * @param machine what the stores tell each other about the machine that they share; one for all stores of the stack
 */
public record StoreContext(StackConfig config, Events events, Time time, Machine machine) {

    /**
     * Where this service's reads of a store go.
     *
     * @param places of the store's nodes, by id
     */
    public ReadRouting reads(
            ReadPreference prefer, ReadFallback fallback, Duration maxLag, Map<String, ReadRouting.Place> places) {
        ReadPolicy policy = ReadPolicy.of(
                switch (prefer) {
                    case REPLICA -> Preference.REPLICA;
                    case PRIMARY -> Preference.PRIMARY;
                    case ANY -> Preference.ANY;
                });
        return new ReadRouting(
                fallback == ReadFallback.PRIMARY ? policy.withFallback() : policy,
                maxLag,
                places,
                config.stack(),
                config.zone());
    }
}
