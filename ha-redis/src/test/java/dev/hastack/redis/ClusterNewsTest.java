package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Failure;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Refused;
import dev.hastack.core.topology.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Subscribers hear what becomes different in a Redis Cluster, once. */
class ClusterNewsTest {
    private static final Instant NOW = Instant.EPOCH.plusSeconds(1);

    private final List<TopologyEvent> events = new ArrayList<>();
    private final ClusterNews news = new ClusterNews(events::add);

    @Test
    void a_failover_is_the_loss_of_one_primary_and_the_finding_of_another() {
        look(node("a", Status.PRIMARY), node("b", Status.REPLICA));
        assertThat(changes())
                .containsExactly(
                        new Change.MembersChanged(Set.of("a", "b"), Set.of()),
                        new Change.PrimaryFound("a"),
                        new Change.NodeUp("b"));

        look(down("a"), node("b", Status.REPLICA));
        look(down("a"), node("b", Status.PRIMARY));

        assertThat(changes())
                .containsExactly(
                        new Change.PrimaryLost("a", "Connection refused"),
                        new Change.NodeDown("a", new Failure(Kind.REFUSED, "Connection refused", NOW)),
                        new Change.PrimaryFound("b"));
    }

    @Test
    void what_stays_is_no_news() {
        look(node("a", Status.PRIMARY));
        changes();

        look(node("a", Status.PRIMARY));

        assertThat(changes()).isEmpty();
    }

    @Test
    void a_refusal_is_reported_when_it_begins_and_when_it_ends_whatever_its_numbers_are() {
        look(node("a", Status.PRIMARY));
        changes();

        look(refusing("a", "OOM 1 bytes"));
        look(refusing("a", "OOM 2 bytes"));
        look(node("a", Status.PRIMARY));

        assertThat(changes())
                .containsExactly(
                        new Change.NodeRefuses("a", Refused.writes("OOM 1 bytes")),
                        new Change.NodeRefusesNoMore("a", "writes"));
    }

    @Test
    void each_event_has_the_nodes_with_their_roles_and_the_last_says_that_nothing_follows() {
        look(node("a", Status.PRIMARY), down("b"));
        news.close();

        TopologyEvent last = events.get(events.size() - 1);
        assertThat(last.change()).isEqualTo(new Change.TopologyClosed());
        assertThat(last.snapshot().closed()).isTrue();
        assertThat(last.snapshot().nodes().values())
                .extracting(NodeView::status)
                .containsExactly(Status.PRIMARY, Status.DOWN);
    }

    private void look(ClusterNews.Node... nodes) {
        news.look(List.of(nodes), NOW);
    }

    private List<Change> changes() {
        List<Change> changes = events.stream().map(TopologyEvent::change).toList();
        events.clear();
        return changes;
    }

    private static ClusterNews.Node node(String id, Status role) {
        return new ClusterNews.Node(health(id, Health.UP, role, ""), Optional.empty(), List.of());
    }

    private static ClusterNews.Node down(String id) {
        NodeHealth health = health(id, Health.DOWN, Status.DOWN, "Connection refused");
        return new ClusterNews.Node(health, Optional.of(Kind.REFUSED), List.of());
    }

    private static ClusterNews.Node refusing(String id, String why) {
        NodeHealth health = health(id, Health.DOWN, Status.PRIMARY, why);
        return new ClusterNews.Node(health, Optional.empty(), List.of(Refused.writes(why)));
    }

    private static NodeHealth health(String id, Health health, Status role, String reason) {
        return NodeHealth.of(
                id,
                "127.0.0.1:1",
                health,
                role,
                false,
                OptionalLong.of(1),
                Optional.empty(),
                1,
                false,
                Instant.EPOCH,
                Optional.of(reason).filter(why -> !why.isEmpty()));
    }
}
