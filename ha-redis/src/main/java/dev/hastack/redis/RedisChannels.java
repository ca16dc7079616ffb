package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.monitor.StoreAdapter;
import dev.hastack.core.monitor.Time;
import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadRouting;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The channels of all nodes, and the routes to them: what Redis supplies to its monitor. A usable node has one channel for
 * its present generation, opened when the node becomes usable and kept through a promotion. Thread-safe.
 */
final class RedisChannels implements StoreAdapter {
    private final NodeClients clients;
    private final ReadRouting reads;
    private final Lineage lineage;
    private final SentinelNames names;
    private final Router router;
    private final Map<Key, NodeChannel> channels = new ConcurrentHashMap<>();
    /** Retired gently, and still finishing what was under way. */
    private final Set<NodeChannel> draining = ConcurrentHashMap.newKeySet();

    private final ReplicaLinks links = new ReplicaLinks();

    private final LostLinks lostLinks = new LostLinks();

    private final ReplicaGate gate = new ReplicaGate();
    /** Of Redis, as each node has said. */
    private final Map<String, String> versions = new ConcurrentHashMap<>();
    /** What the nodes say that have no room for their probe. */
    private final Map<String, Optional<String>> full = new ConcurrentHashMap<>();
    /** What lives on one node's connection and ends with its generation: callers' own connections. */
    private final CopyOnWriteArraySet<Follower> followers = new CopyOnWriteArraySet<>();

    private volatile @Nullable Sentinels sentinels;
    private volatile @Nullable Monitor monitor;

    private record Key(String node, int generation) {}

    /** Told of every publication, and of the end of a node's generation; must not block. */
    interface Follower {
        void published(RedisRoutes routes);

        void retired(String node, int generation);
    }

    RedisChannels(RedisConfig config, NodeClients clients, ReadRouting reads, Lineage lineage, SentinelNames names) {
        this.clients = clients;
        this.reads = reads;
        this.lineage = lineage;
        this.names = names;
        this.router = new Router(
                config,
                reads.policy(),
                RedisRoutes.none(reads.eligible(Snapshot.initial(Optional.empty(), Optional.empty()), Instant.EPOCH)),
                this::all,
                this::besides,
                clients.resources().eventExecutorGroup());
    }

    void start(Monitor over, Optional<Sentinels> arbiters) {
        monitor = over;
        sentinels = arbiters.orElse(null);
        router.start(over);
    }

    Router router() {
        return router;
    }

    RedisRoutes routes() {
        return router.routes();
    }

    Lineage lineage() {
        return lineage;
    }

    Optional<Sentinels> sentinels() {
        return Optional.ofNullable(sentinels);
    }

    /** Where durable writes wait for replicas. */
    ReplicaGate gate() {
        return gate;
    }

    /** That Sentinel names a primary which is none of the nodes, by address or by process; empty if it does not. */
    Optional<String> strange() {
        return word().filter(word -> !word.runId().isEmpty() && names.node(word).isEmpty())
                .map(word -> "Sentinel " + word.sentinel() + " names " + word.primary()
                        + " as the primary, which is none of ha.redis.nodes: add it there, or name no nodes and have Sentinel"
                        + " name them all");
    }

    /** What besides the topology may be the reason that there is no node, to be put behind its words; may be empty. */
    String besides() {
        Optional<String> silent = sentinels()
                .filter(all -> all.answering() == 0)
                .map(all -> "none of " + all.count() + " Sentinels answers, which say who the nodes are and who leads"
                        + all.failure().map(why -> " (" + why + ")").orElse(""));
        return silent.or(this::strange).map(words -> "; " + words).orElse("");
    }

    void follow(Follower follower) {
        followers.add(follower);
        follower.published(routes());
    }

    void unfollow(Follower follower) {
        followers.remove(follower);
    }

    private Collection<NodeChannel> all() {
        return draining.isEmpty()
                ? channels.values()
                : Stream.concat(channels.values().stream(), draining.stream()).toList();
    }

    /** The channel of this node's present generation, if it is usable. */
    Optional<NodeChannel> channel(NodeView node) {
        return Optional.ofNullable(channels.get(new Key(node.node(), node.generation())));
    }

    @Override
    public Probe probe(String node) {
        return new RedisProbe(
                () -> clients.connectProbe(node),
                clients.password(),
                clients.doubt(node),
                router.config().writable(),
                info -> judge(node, info),
                commands -> clients.askOfDoubts(node, commands),
                why -> full.put(node, why));
    }

    /** Returns why a node that was known to serve does not let the probe in; it may serve all the same. */
    Optional<String> probeRefused(NodeView node) {
        return node.status().usable() ? full.getOrDefault(node.node(), Optional.empty()) : Optional.empty();
    }

    private Answer judge(String node, NodeInfo info) {
        if (info.role() == Role.REPLICA && !info.synced()) {
            throw RedisErrors.exception("LOADING it has no data yet: it waits for its first copy of the primary's");
        }
        links.heard(node, info.linked(), info.follows().flatMap(clients::node));
        versions.put(node, info.version());
        names.heard(node, info.runId());
        InTouch unused = gate.heard(node, info.inTouch());
        Monitor over = monitor;
        boolean settled = over != null && over.snapshot().incumbent().isPresent();
        Lineage.Judged judged = lineage.judge(node, info, () -> appointed(node), settled);
        if (over != null && judged.reserved().isPresent()) {
            over.appointed(
                    judged.reserved().getAsLong(),
                    word().map(SentinelWord::witness).orElse("Sentinel"));
        }
        return judged.answer();
    }

    /** Returns the replica whose link to its primary is down, if that keeps this one from what is written: itself, or one above it. */
    Optional<String> lostLink(NodeView node) {
        return links.lost(node.node(), routes().snapshot());
    }

    /** Of Redis, by what the node has said; empty if it did not. */
    Optional<String> version(String node) {
        return Optional.ofNullable(versions.get(node));
    }

    private Appointment appointed(String node) {
        return word().map(said -> new Appointment(said.epoch(), names.meant(said, node)))
                .orElse(Appointment.NONE);
    }

    private Optional<SentinelWord> word() {
        return sentinels().flatMap(Sentinels::word);
    }

    @Override
    public Optional<Kind> kind(Throwable error) {
        return RedisErrors.kindOfProbe(error);
    }

    @Override
    public String shown(String words) {
        return router.config().password().map(secret -> secret.hiddenIn(words)).orElse(words);
    }

    @Override
    public Published publish(Snapshot snapshot, Instant now) {
        Map<String, NodeChannel> usable = new HashMap<>();
        for (NodeView node : snapshot.nodes().values()) {
            if (node.status().usable()) {
                usable.put(
                        node.node(),
                        channels.computeIfAbsent(
                                new Key(node.node(), node.generation()),
                                key -> new NodeChannel(key.node(), key.generation(), clients, router)));
            }
        }
        Eligible eligible = reads.eligible(snapshot, now);
        Set<String> cut = snapshot.primary().filter(NodeView::open).isEmpty() ? Set.of() : links.down(snapshot);
        RedisRoutes before = routes();
        RedisRoutes next = new RedisRoutes(
                snapshot,
                usable,
                heard()
                        ? snapshot.writable()
                                .map(node -> usable.get(node.node()))
                                .orElse(null)
                        : null,
                reads.policy().prefer() == Preference.REPLICA
                        ? snapshot.primary()
                                .map(node -> usable.get(node.node()))
                                .orElse(null)
                        : null,
                eligible,
                readers(eligible, cut, usable),
                eligible.until().stream().mapToLong(Time::nanoTime).findFirst(),
                cut,
                hopeless(snapshot));
        if (next.primary() != null) {
            next.primary().takesWrites();
        }
        router.publish(next);
        abortSuperseded(snapshot);
        Sentinels arbiters = sentinels;
        if (arbiters != null) {
            arbiters.urgent(next.primary() == null);
        }
        followers.forEach(follower -> follower.published(next));
        if (gate.waiting() > 0) {
            gate.wake();
        }
        return new Published(
                next.leadsElsewhere(before),
                Stream.concat(
                                reads.lateness(before.eligible(), eligible, now).stream(),
                                lostLinks.next(snapshot, cut, now).stream())
                        .toList(),
                eligible.until(),
                eligible.nearing());
    }

    /** Before the Sentinels were asked once, an old primary that has come back may look like the only one. */
    private boolean heard() {
        Sentinels arbiters = sentinels;
        return arbiters == null || arbiters.settled();
    }

    private static List<NodeChannel> readers(Eligible eligible, Set<String> cut, Map<String, NodeChannel> usable) {
        List<String> nodes = cut.isEmpty() ? eligible.nodes() : eligible.nodes(cut::contains, any -> true);
        return nodes.stream()
                .flatMap(node -> Optional.ofNullable(usable.get(node)).stream())
                .toList();
    }

    private static boolean hopeless(Snapshot snapshot) {
        return !snapshot.nodes().isEmpty()
                && snapshot.nodes().values().stream()
                        .allMatch(node -> node.status() == Status.DOWN
                                && node.failure()
                                        .filter(f -> f.kind() == Kind.DENIED)
                                        .isPresent());
    }

    /** Once another has been promoted, nothing may be acknowledged any more by one that was primary. */
    private void abortSuperseded(Snapshot snapshot) {
        draining.removeIf(NodeChannel::closed);
        for (NodeChannel channel : draining) {
            boolean replaced = snapshot.primary()
                    .filter(primary -> !primary.node().equals(channel.node()))
                    .isPresent();
            if (channel.tookWrites() && replaced) {
                channel.abort(reason(channel.node()));
            }
        }
    }

    private boolean letsNobodyIn(String node) {
        return routes().snapshot().node(node).filter(NodeView::letsNobodyIn).isPresent();
    }

    private static String reason(String node) {
        return node + " is no longer usable";
    }

    @Override
    public void retire(String node, int generation, boolean interrupt) {
        NodeChannel channel = channels.remove(new Key(node, generation));
        if (channel != null) {
            if (!interrupt) {
                draining.add(channel);
            }
            if (!interrupt && letsNobodyIn(node)) {
                channel.retireWithin(NodeView.LAST_ANSWERS, reason(node));
            } else {
                channel.retire(interrupt, reason(node));
            }
        }
        followers.forEach(follower -> follower.retired(node, generation));
    }

    @Override
    public boolean awaited() {
        return router.awaited();
    }

    @Override
    public int inUse(String node) {
        return present(node).map(NodeChannel::underWay).orElse(0);
    }

    @Override
    public boolean returned(String node) {
        return present(node).filter(NodeChannel::takeReturned).isPresent();
    }

    private Optional<NodeChannel> present(String node) {
        return Optional.ofNullable(routes().channels().get(node));
    }
}
