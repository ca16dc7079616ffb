package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.ReadFallback;
import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which nodes this stack's reads use. Remembers which replicas were late: for one thread at a time. */
final class ReadRouting {
    private final ReadPolicy policy;
    private Set<String> late = Set.of();

    private ReadRouting(ReadPolicy policy) {
        this.policy = policy;
    }

    static ReadRouting of(PostgresConfig config, Optional<String> stack, Optional<String> zone) {
        PostgresConfig.Reads reads = config.reads();
        ReadPolicy policy = ReadPolicy.of(preference(reads))
                .withMaxLag(reads.maxLag())
                .withOwn(own(config, stack))
                .withNear(nodes(config, node -> zone.isPresent() && node.zone().equals(zone)));
        return new ReadRouting(reads.fallback() == ReadFallback.PRIMARY ? policy.withFallback() : policy);
    }

    private static Preference preference(PostgresConfig.Reads reads) {
        return switch (reads.prefer()) {
            case REPLICA -> Preference.REPLICA;
            case PRIMARY -> Preference.PRIMARY;
            case ANY -> Preference.ANY;
        };
    }

    /** The nodes of the stack; where no node is of it, those of none. Other stacks' nodes serve only after them. */
    private static Set<String> own(PostgresConfig config, Optional<String> stack) {
        Set<String> own = nodes(config, node -> node.stack().equals(stack));
        return stack.isPresent() && own.isEmpty()
                ? nodes(config, node -> node.stack().isEmpty())
                : own;
    }

    private static Set<String> nodes(PostgresConfig config, Predicate<PostgresConfig.Node> fit) {
        return config.nodes().entrySet().stream()
                .filter(node -> fit.test(node.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    Eligible eligible(Snapshot snapshot, Instant now) {
        Eligible eligible = Selection.eligible(snapshot, policy, late, now);
        late = eligible.late();
        return eligible;
    }

    ReadPolicy policy() {
        return policy;
    }
}
