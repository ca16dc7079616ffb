package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.health.Health;
import dev.hastack.core.health.HealthCode;
import dev.hastack.core.health.HealthNote;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.health.StoreHealth;
import dev.hastack.core.health.TopologyNotes;
import dev.hastack.core.select.ReadWords;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Staleness;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Health as the routes have it. */
final class RedisHealth {
    private final RedisConfig config;
    private final RedisChannels channels;
    private final NodeClients clients;

    RedisHealth(RedisConfig config, RedisChannels channels, NodeClients clients) {
        this.config = config;
        this.channels = channels;
        this.clients = clients;
    }

    StoreHealth of(RedisRoutes routes, Instant now) {
        Snapshot snapshot = routes.snapshot();
        List<NodeHealth> nodes = snapshot.nodes().values().stream()
                .map(node -> node(node, routes, now))
                .toList();
        return StoreHealth.of("redis", store(routes, nodes), snapshot.describe(now), notes(routes), nodes);
    }

    private List<HealthNote> notes(RedisRoutes routes) {
        List<HealthNote> notes = new ArrayList<>(TopologyNotes.of(routes.snapshot(), config.writable()));
        channels.sentinels().map(RedisHealth::answers).ifPresent(notes::add);
        channels.strange()
                .map(text -> HealthNote.of(HealthCode.SENTINEL_PRIMARY_UNKNOWN, text))
                .ifPresent(notes::add);
        int waiting = channels.gate().waiting();
        NodeChannel primary = routes.primary();
        if (waiting > 0 && primary != null) {
            notes.add(waits(waiting, primary.node()));
        }
        return notes;
    }

    private static HealthNote answers(Sentinels sentinels) {
        long answering = sentinels.answering();
        return HealthNote.of(
                answering < sentinels.count() ? HealthCode.SENTINELS_SILENT : HealthCode.SENTINELS_ANSWERING,
                answering + " of " + sentinels.count() + " Sentinels " + (answering == 1 ? "answers" : "answer")
                        + sentinels.failure().map(why -> " (" + why + ")").orElse(""));
    }

    private HealthNote waits(int waiting, String primary) {
        int inTouch = channels.gate().inTouch(primary);
        int behind = inTouch - channels.gate().ready(primary);
        return HealthNote.of(
                HealthCode.DURABLE_WRITES_WAITING,
                waiting + (waiting == 1 ? " durable write waits" : " durable writes wait") + " for replicas: " + primary
                        + " is in touch with " + inTouch
                        + (behind > 0
                                ? ", of which " + behind + " did not acknowledge in time what was written before"
                                : ""));
    }

    private Health store(RedisRoutes routes, List<NodeHealth> nodes) {
        if (config.writable() && routes.snapshot().writesRefused().isPresent()) {
            // It does not end by itself, as a failover does.
            return Health.DOWN;
        }
        boolean writes = !config.writable() || connected(routes.primary());
        boolean reads = routes.readers().stream().anyMatch(RedisHealth::connected);
        if (!writes && !reads) {
            return Health.DOWN;
        }
        boolean all = nodes.stream().allMatch(node -> node.health() == Health.UP)
                && channels.sentinels()
                        .filter(sentinels -> sentinels.answering() < sentinels.count())
                        .isEmpty();
        return writes && reads && all ? Health.UP : Health.DEGRADED;
    }

    /** One that is silent is connected: what is sent to it waits, as for an answer. */
    private static boolean connected(@Nullable NodeChannel channel) {
        return channel != null && (channel.ready() || channel.silent());
    }

    /** Why nothing is sent to a node that is connected to, or ought to be. */
    private static String unready(NodeChannel channel) {
        Throwable failure = channel.connectFailure();
        return channel.silent()
                ? "its connection does not answer, and nothing is sent on it until it does or is replaced"
                : failure == null ? "is being connected to" : "cannot be connected to: " + failure.getMessage();
    }

    private NodeHealth node(NodeView node, RedisRoutes routes, Instant now) {
        Snapshot snapshot = routes.snapshot();
        Optional<Duration> lag =
                node.status() == Status.REPLICA ? Staleness.bound(snapshot, node, now) : Optional.empty();
        Optional<String> late = late(node, routes, lag);
        Optional<NodeChannel> channel = channels.channel(node);
        Optional<String> unready = channel.filter(one -> !one.ready()).map(RedisHealth::unready);
        Optional<String> denies = channel.flatMap(NodeChannel::denies);
        Optional<String> unasked = channels.probeRefused(node).map(cause -> "cannot be asked: " + cause);
        Optional<String> broken =
                channel.flatMap(one -> one.breaker().nextTrial()).map(NodeHealth::breakerOpen);
        return NodeHealth.of(
                snapshot,
                node,
                clients.address(node.node()).map(Address::toString).orElse(""),
                lag,
                broken.isPresent(),
                Stream.of(unready, unasked, late, denies, broken)
                        .flatMap(Optional::stream)
                        .toList());
    }

    private Optional<String> late(NodeView node, RedisRoutes routes, Optional<Duration> lag) {
        return routes.unlinked().contains(node.node())
                        && !routes.eligible().late().contains(node.node())
                ? Optional.of("gets no reads: " + whoLost(node) + " (master_link_status:down)")
                : ReadWords.whyNone(routes.eligible(), node, lag);
    }

    private String whoLost(NodeView node) {
        return channels.lostLink(node)
                .filter(above -> !above.equals(node.node()))
                .map(above -> above + ", which it follows, has lost its primary")
                .orElse("it has lost its primary");
    }
}
