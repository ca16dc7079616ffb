package dev.hastack.core.config;

import java.util.Map;
import java.util.Optional;

/**
 * What one process knows of its system: who it is, and the nodes of every store.
 *
 * <p>{@link #load()} reads it from, the later wins: {@code application.properties} and {@code ha-stack.properties} on the
 * class path, the files that {@code ha.config.files} names, environment variables, system properties. Keys under {@code
 * ha.stacks.<name>} override the others for the services of that stack. All keys are described in {@code
 * docs/configuration.md}.
 *
 * <p>Immutable, as are the records below it; {@link #toString} holds no credential. A program may also construct them
 * itself: their constructors throw {@link IllegalArgumentException} with every rule between their components that is
 * broken.
 *
 * @param stack the stack that this process belongs to; absent: none
 * @param service the program that this process is an instance of
 * @param zone the zone that this instance runs in; absent: none in particular
 * @param probe how nodes are watched
 * @param postgres absent when no key of it is set, as are the other stores
 */
public record StackConfig(
        @Doc("The stack that the service belongs to: `editing` or `delivery`, say.")
        Optional<String> stack,

        @Doc("The name of the service in logs, metrics, and at the stores.") @Default("default")
        String service,

        @Doc(
                "The zone, or data centre, that this instance runs in: of the nodes that are alike in stack, it reads from those"
                        + " of its own zone first.")
        Optional<String> zone,

        @Doc("") ProbeConfig probe,
        @Doc("") Optional<PostgresConfig> postgres,
        @Doc("") Optional<RedisConfig> redis,
        @Doc("") Optional<ElasticsearchConfig> elasticsearch) {

    public StackConfig {
        Rules rules = Rules.start().stack(stack).zone(zone).that(!service.isBlank(), "service", "expected a name");
        if (postgres.isPresent()) {
            rules.that(
                    postgres.get().reads().maxLag().compareTo(probe.interval()) >= 0,
                    "postgres.reads.max-lag",
                    "expected at least ha.probe.interval, which is " + Durations.format(probe.interval()));
        }
        if (redis.isPresent()) {
            rules.that(
                    redis.get().reads().maxLag().compareTo(probe.interval().multipliedBy(2)) >= 0,
                    "redis.reads.max-lag",
                    "expected at least twice ha.probe.interval, which is " + Durations.format(probe.interval()));
        }
        rules.check();
    }

    /**
     * Reads the configuration from the class path, files, environment and system properties.
     *
     * @throws StackConfigException with every fault that they hold
     */
    public static StackConfig load() {
        return loader().load();
    }

    /**
     * As {@link #load()}, with settings of the program that win over all other sources. Keys that do not begin with {@code
     * ha.} are passed over.
     *
     * @throws StackConfigException with every fault that the sources hold
     */
    public static StackConfig load(Map<String, String> settings) {
        return loader().with(settings).load();
    }

    /**
     * Takes all from {@code settings}: no class path, environment or system property is looked at.
     *
     * @throws StackConfigException with every fault that the settings hold
     */
    public static StackConfig of(Map<String, String> settings) {
        return ConfigLoader.bare().with(settings).load();
    }

    /** For a program that has sources of its own, or wants others than {@link #load()}. */
    public static ConfigLoader loader() {
        return ConfigLoader.standard();
    }
}
