package dev.hastack.postgres;

import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.config.ReadFallback;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which nodes this stack's reads use. */
final class ReadRouting {
    private final ReadPolicy policy;

    private ReadRouting(ReadPolicy policy) {
        this.policy = policy;
    }

    static ReadRouting of(PostgresConfig config, Optional<String> stack) {
        PostgresConfig.Reads reads = config.reads();
        ReadPolicy policy =
                ReadPolicy.of(preference(reads)).withMaxLag(reads.maxLag()).withOwn(own(config, stack));
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
        Set<String> own = nodes(config, stack);
        return stack.isPresent() && own.isEmpty() ? nodes(config, Optional.empty()) : own;
    }

    private static Set<String> nodes(PostgresConfig config, Optional<String> stack) {
        return config.nodes().entrySet().stream()
                .filter(node -> node.getValue().stack().equals(stack))
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** By id: the best group only, alike in all that matters but load. */
    List<String> readers(Snapshot snapshot, Instant now) {
        return Selection.eligible(snapshot, policy, now).nodes();
    }

    ReadPolicy policy() {
        return policy;
    }
}
