package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Selection;
import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Topology;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ElasticsearchRoutesTest {
    private final Map<String, NodeChannel> channels = new TreeMap<>();

    @AfterEach
    void close() {
        channels.values().forEach(NodeChannel::close);
    }

    private ElasticsearchRoutes routes(String... nodes) {
        for (String node : nodes) {
            channels.put(node, new NodeChannel(CannedNode.target(node, 1), new RestConnector()));
        }
        return routes(channels);
    }

    /** As after one good probe of each of these nodes. */
    static ElasticsearchRoutes routes(Map<String, NodeChannel> channels) {
        Snapshot snapshot = Topology.step(
                        Snapshot.initial(Optional.empty(), Optional.empty()),
                        new Input.Members(channels.keySet(), Instant.EPOCH))
                .next();
        for (String node : channels.keySet()) {
            snapshot = Topology.step(
                            snapshot,
                            new Input.Answered(
                                    node,
                                    0,
                                    Role.PEER,
                                    Optional.of("uuid"),
                                    OptionalLong.empty(),
                                    0,
                                    0,
                                    Instant.EPOCH,
                                    Instant.EPOCH))
                    .next();
        }
        return ElasticsearchRoutes.of(
                Selection.eligible(snapshot, ReadPolicy.of(Preference.ANY), Set.of(), Instant.EPOCH), channels);
    }

    private NodeChannel channel(String node) {
        return Objects.requireNonNull(channels.get(node), node);
    }

    private void open(String node) {
        IntStream.range(0, 5).forEach(i -> channel(node).breaker().failed(new IOException("reset")));
        assertThat(channel(node).breaker().open()).isTrue();
    }

    private void fill(String node) {
        while (channel(node).hasRoom()) {
            NodeChannel.Client unused = channel(node).begin();
        }
    }

    @Test
    void leads_to_the_only_node_whatever_its_breaker_says() {
        ElasticsearchRoutes routes = routes("es-1");
        open("es-1");

        assertThat(routes.next()).isSameAs(channel("es-1"));
    }

    @Test
    void leads_to_a_node_with_an_open_breaker_where_the_other_is_full() {
        ElasticsearchRoutes routes = routes("es-1", "es-2");
        open("es-1");
        fill("es-2");

        IntStream.range(0, 20)
                .forEach(i -> assertThat(routes.next()).as("choice %d", i).isSameAs(channel("es-1")));
    }

    @Test
    void passes_over_a_node_with_an_open_breaker_while_there_is_another() {
        ElasticsearchRoutes routes = routes("es-1", "es-2");
        open("es-1");

        IntStream.range(0, 20)
                .forEach(i -> assertThat(routes.next()).as("choice %d", i).isSameAs(channel("es-2")));
    }

    @Test
    void leads_nowhere_while_every_node_is_full() {
        ElasticsearchRoutes routes = routes("es-1", "es-2");
        open("es-1");
        fill("es-1");
        fill("es-2");

        assertThat(routes.next()).isNull();
    }
}
