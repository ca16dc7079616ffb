package dev.hastack.postgres;

import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import dev.hastack.core.config.PostgresConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.monitor.DeathWatch;
import dev.hastack.core.monitor.Losses;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.monitor.StoreAdapter;
import dev.hastack.core.select.Eligible;
import dev.hastack.core.select.Preference;
import dev.hastack.core.select.ReadRouting;
import dev.hastack.core.select.Witness;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Status;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * The pools of all nodes, and the routes to them: what PostgreSQL supplies to its monitor. A usable node has one pool for
 * its present generation, opened when the node becomes usable and kept through a promotion, so that a failover opens no
 * connection. Thread-safe. Longer than other files here because all that a monitor asks of a store is answered in one place.
 */
final class PostgresPools implements StoreAdapter {
    /** How long a statement may go on at a node that takes no new ones. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** How long HikariCP may take to close a pool whose connections are aborted; its threads are daemons. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final PostgresConfig config;
    private final Connectors connectors;
    private final ReadRouting reads;
    private final Duration witnessWithin;
    private final Map<Key, NodePool> pools = new ConcurrentHashMap<>();
    private final Losses losses = new Losses("connections that callers gave back to the primary");
    private final Retirements retirements = new Retirements();
    /** Retired gently, and still finishing what was under way. */
    private final Set<NodePool> draining = ConcurrentHashMap.newKeySet();

    private final SilentConnections silence;

    private volatile Routes routes;
    private volatile @Nullable Deadline closing;
    private volatile @Nullable Monitor monitor;
    private final Map<String, NodeMetrics> metrics;
    /** Why a node does not let its probes in. */
    private final Map<String, Optional<String>> probesRefused = new ConcurrentHashMap<>();

    private final Map<String, RoleReports> reports = new ConcurrentHashMap<>();
    private final Map<String, SessionsByProbe> sessions = new ConcurrentHashMap<>();

    private record Key(String node, int generation) {}

    /** @param witnessWithin how long a replica's word for the primary holds, if one is required */
    PostgresPools(PostgresConfig config, Connectors connectors, ReadRouting reads, Duration witnessWithin) {
        this.config = config;
        this.connectors = connectors;
        this.reads = reads;
        this.witnessWithin = witnessWithin;
        this.routes = Routes.none(reads.eligible(Snapshot.initial(Optional.empty(), Optional.empty()), Instant.EPOCH));
        this.silence = new SilentConnections(this::inUse, this::probeConnection, this::sessionsByProbe, this::hint);
        this.metrics = config.nodes().keySet().stream()
                .collect(Collectors.toUnmodifiableMap(node -> node, node -> new NodeMetrics("ha-postgres-" + node)));
    }

    /** Those that lend, and those whose connections may still be waited on. */
    private List<NodePool> inUse() {
        return Stream.concat(pools.values().stream(), draining.stream()).toList();
    }

    /** Whom errors are reported to; set once, before the monitor starts. */
    void reportTo(Monitor monitor) {
        this.monitor = monitor;
    }

    Routes routes() {
        return routes;
    }

    /** The pool of this node's present generation, if it is usable. */
    Optional<NodePool> pool(NodeView node) {
        return Optional.ofNullable(pools.get(new Key(node.node(), node.generation())));
    }

    /** Looks after connections that died silently, from now on; {@link #awaitRetired} ends that. */
    void watchSilence() {
        silence.start();
    }

    /** Passes the pools' metrics on to this factory's trackers, those of pools that exist and of all to come. */
    void bind(MetricsTrackerFactory factory) {
        metrics.values().forEach(node -> node.bind(factory));
        pools.values().forEach(NodePool::track);
    }

    /** What this process did in the epoch that was given up last, for health. */
    Optional<String> note() {
        return losses.note();
    }

    @Override
    public Optional<String> lost() {
        return losses.lost();
    }

    /** Why connections to this node cannot be opened, though it answers its probe. */
    Optional<String> connectFailure(NodeView node) {
        return pool(node).flatMap(NodePool::cannotOpen);
    }

    /** Why a node that was known to serve does not let the probe in; it may serve all the same. */
    Optional<String> probeRefused(NodeView node) {
        return node.status().usable() ? probesRefused.getOrDefault(node.node(), Optional.empty()) : Optional.empty();
    }

    @Override
    public Probe probe(String node) {
        return new PostgresProbe(
                probeConnection(node), config.writable(), why -> probesRefused.put(node, why), sessionsByProbe(node));
    }

    private SessionsByProbe sessionsByProbe(String node) {
        return sessions.computeIfAbsent(node, n -> new SessionsByProbe());
    }

    private void hint(String node) {
        Monitor owner = monitor;
        if (owner != null) {
            owner.hint(node);
        }
    }

    @Override
    public Optional<DeathWatch> deathWatch(String node) {
        return Optional.of(new PostgresDeathWatch(probeConnection(node)));
    }

    private ProbeConnection probeConnection(String node) {
        // Simple mode: one round trip whatever the server has prepared, and nothing left behind in a session.
        return new ProbeConnection(
                node, key -> connectors.to(node, key, Map.of(PGProperty.PREFER_QUERY_MODE, "simple")));
    }

    @Override
    public Optional<Kind> kind(Throwable error) {
        return PostgresErrors.kindOfProbe(error);
    }

    @Override
    public String shown(String words) {
        return config.password().map(secret -> secret.hiddenIn(words)).orElse(words);
    }

    @Override
    public Published publish(Snapshot snapshot, Instant now) {
        Map<String, NodePool> usable = new HashMap<>();
        for (NodeView node : snapshot.nodes().values()) {
            if (node.status().usable()) {
                NodePool pool = pools.computeIfAbsent(new Key(node.node(), node.generation()), this::open);
                // Here, and not where it is opened: one that is bound meanwhile is not missed.
                pool.track();
                usable.put(node.node(), pool);
            }
        }
        Optional<Instant> witness =
                config.writes().requireWitness() ? Witness.until(snapshot, witnessWithin) : Optional.empty();
        boolean witnessed = !config.writes().requireWitness()
                || witness.filter(now::isBefore).isPresent();
        Eligible readers = reads.eligible(snapshot, now);
        Routes before = routes;
        Routes next = new Routes(
                snapshot,
                usable,
                config.writable() && witnessed
                        ? snapshot.writable()
                                .map(node -> usable.get(node.node()))
                                .orElse(null)
                        : null,
                witness.map(Deadline::at).orElse(null),
                reads.policy().prefer() == Preference.REPLICA
                        ? snapshot.primary()
                                .map(node -> usable.get(node.node()))
                                .orElse(null)
                        : null,
                readers,
                readers.nodes().stream()
                        .flatMap(node -> Optional.ofNullable(usable.get(node)).stream())
                        .toList(),
                readers.until().map(Deadline::at).orElse(null),
                hopeless(snapshot));
        if (next.primary() != null) {
            next.primary().takesWrites();
        }
        NodePool written = next.primary();
        losses.look(snapshot, written, written == null ? () -> 0 : written::returns, now);
        routes = next;
        abortSuperseded(snapshot);
        return new Published(
                next.leadsElsewhere(before),
                reads.lateness(before.eligible(), readers, now),
                earlier(witness.filter(now::isBefore), readers.until()),
                readers.nearing());
    }

    /**
     * A primary that went down may finish what is under way, for it may be the one to come back. Once another has been
     * promoted, nothing may be acknowledged by it any more.
     */
    private void abortSuperseded(Snapshot snapshot) {
        draining.removeIf(NodePool::closed);
        for (NodePool pool : draining) {
            boolean replaced = snapshot.primary()
                    .filter(p -> !p.node().equals(pool.node()))
                    .isPresent();
            boolean outdated = snapshot.node(pool.node())
                    .filter(node ->
                            node.epoch().isPresent() && snapshot.maxEpoch().isPresent())
                    .filter(node ->
                            node.epoch().getAsLong() < snapshot.maxEpoch().getAsLong())
                    .isPresent();
            if (pool.tookWrites() && (replaced || outdated)) {
                pool.abort(reason(pool.node()));
            }
        }
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
        return Stream.concat(one.stream(), other.stream()).min(Instant::compareTo);
    }

    private static boolean hopeless(Snapshot snapshot) {
        return snapshot.nodes().values().stream()
                .allMatch(node -> node.status() == Status.DOWN
                        && node.failure().filter(f -> f.kind() == Kind.DENIED).isPresent());
    }

    private NodePool open(Key key) {
        return new NodePool(
                key.node(),
                key.generation(),
                config,
                Objects.requireNonNull(metrics.get(key.node())),
                reports.computeIfAbsent(key.node(), RoleReports::new),
                socketsKey -> connectors.to(key.node(), socketsKey, Map.of()),
                () -> answers(key.node()),
                error -> report(key, error),
                this::count);
    }

    /** A call failed: what became of it counts if the node is to blame. */
    private void count(SQLException error) {
        Monitor owner = monitor;
        if (owner == null || PostgresErrors.kind(error).isEmpty()) {
            return;
        }
        if (PostgresFailures.outcome(error) == Outcome.UNKNOWN) {
            owner.toll().unknown();
        } else {
            owner.toll().failed();
        }
    }

    private Duration answers(String node) {
        Monitor owner = monitor;
        return owner == null
                ? Duration.ZERO
                : owner.snapshot().node(node).map(NodeView::rtt).orElse(Duration.ZERO);
    }

    private void report(Key key, SQLException error) {
        Monitor owner = monitor;
        Optional<Kind> kind = PostgresErrors.kind(error);
        if (kind.isEmpty()) {
            return;
        }
        NodePool pool = pools.get(key);
        if (pool != null && kind.get() != Kind.NOT_PRIMARY) {
            pool.breaker().failed(error, PostgresErrors.leavesConnection(error));
        }
        if (owner != null) {
            owner.report(key.node(), key.generation(), kind.get(), error);
        }
    }

    @Override
    public void retire(String node, int generation, boolean interrupt) {
        NodePool pool = pools.remove(new Key(node, generation));
        if (pool != null) {
            pool.retire(interrupt, reason(node));
            if (!interrupt) {
                draining.add(pool);
            }
            retirements.drain(pool, deadline(interrupt ? Duration.ZERO : GRACE));
        }
    }

    /** Why the node was left: what the topology thinks of it since. */
    private String reason(String node) {
        Snapshot snapshot = routes.snapshot();
        String status = snapshot.node(node)
                .map(n -> node + " is " + n.status()
                        + n.failure().map(f -> " (" + f.cause() + ")").orElse(""))
                .orElse(node + " is no longer a member");
        return status
                + snapshot.primary().map(p -> ", the primary is " + p.node()).orElse(", there is no primary");
    }

    private Supplier<Deadline> deadline(Duration grace) {
        Deadline own = Deadline.in(grace);
        return () -> {
            Deadline end = closing;
            return end == null ? own : own.or(end);
        };
    }

    /** The stack is being closed: whatever is, or will be, retired may go on for this long at most. */
    void closeWithin(Duration drain) {
        retirements.forget();
        closing = Deadline.in(drain);
    }

    /**
     * Waits until every retired pool is closed, or the time of {@link #closeWithin} is well over.
     *
     * @return whether all connections had come back by themselves since {@link #closeWithin}
     */
    boolean awaitRetired() {
        silence.close();
        Deadline end = closing;
        boolean drained = retirements.await(
                (end == null ? Deadline.in(GRACE) : end).left().plus(CLOSING));
        metrics.values().forEach(NodeMetrics::close);
        return drained;
    }

    @Override
    public int inUse(String node) {
        return routes.snapshot()
                .node(node)
                .flatMap(this::pool)
                .map(NodePool::wanted)
                .orElse(0);
    }

    @Override
    public boolean returned(String node) {
        return routes.snapshot()
                .node(node)
                .flatMap(this::pool)
                .map(NodePool::takeReturned)
                .orElse(false);
    }
}
