package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.ReadRouting;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/** Which nodes a service uses first: those of its stack, and of its zone. */
final class Places {
    /** The nodes of a cluster are in one data centre; a round trip that took longer tells of load, and that changes at once. */
    private static final Duration ALIKE = Duration.ofSeconds(10);

    private Places() {}

    static ReadPolicy policy(StackConfig stack, ElasticsearchConfig config) {
        Map<String, ReadRouting.Place> places = config.nodes().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        node -> new ReadRouting.Place(
                                node.getValue().stack(), node.getValue().zone())));
        return ReadRouting.placed(ReadPolicy.of(Preference.ANY).withWindow(ALIKE), places, stack.stack(), stack.zone());
    }
}
