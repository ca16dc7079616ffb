package dev.hastack.postgres;

import dev.hastack.core.topology.Kind;
import java.net.Socket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Finds connections that died silently: a firewall or NAT has forgotten their flow, so that what is sent on them is lost and
 * nobody is told. A caller who waits for an answer on one would wait until TCP gives up, a quarter of an hour.
 *
 * <p>How long a statement takes says nothing, so the server is asked over a new connection what it does for those that have been
 * waiting for longer than a second. One that it knows nothing of, or is idle for, at two looks in succession, has lost its
 * question or its answer: it is aborted, and all others of its pool are replaced, since a firewall that forgets one flow forgets
 * many. Where idle ones turn out to be dead when they are validated, a new connection decides as well. Behind a pooler, whose
 * sessions are not the server's, Linux is asked instead: a flow on which the other side is asked again, since it was heard on a new
 * connection, and does not answer, is forgotten.
 *
 * <p>A node that refuses new connections cannot be asked. Where it is down, too, since what its probe had established has failed as well,
 * whoever waits on what is left of its connections is freed after seconds: where a service takes a node out, its established flows may be
 * dropped without a word. Where its probe still reaches it, Linux is asked. One daemon thread for all nodes; thread-safe.
 *
 * <p>For the reasons, see docs/decisions.md, PG-8.
 */
final class SilentConnections {
    private static final Logger log = LoggerFactory.getLogger(SilentConnections.class);

    /** After so long without an answer the server is asked; no more than twice that may pass until a caller is freed. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration ANSWER = Duration.ofSeconds(2);
    /** As long as a pool remembers deaths, and a look takes. */
    private static final Duration HUNG_COUNTS = Duration.ofSeconds(15);

    private static final int DEAD_ENOUGH = 2;
    private static final Set<String> NOTHING_TO_DO =
            Set.of("idle", "idle in transaction", "idle in transaction (aborted)");

    private final Supplier<Collection<NodePool>> pools;
    private final Function<String, ProbeConnection> connections;
    private final KernelFlows kernel = new KernelFlows();
    private final Map<NodeSocket, Suspect> suspects = new HashMap<>();
    /** Nodes that were slow to answer a new connection, too: they hung, and no firewall is to blame for what died meanwhile. */
    private final Map<String, Deadline> hung = new HashMap<>();

    private final Map<String, ProbeSettings> settings = new HashMap<>();

    private final Thread thread = new Thread(this::run, "ha-postgres-silence");
    private volatile @Nullable ProbeConnection asking;
    private volatile boolean closed;

    /**
     * @param pools those that lend, and those that are retired while something is under way in them
     * @param connections makes a new connection to a node, for one question
     */
    SilentConnections(Supplier<Collection<NodePool>> pools, Function<String, ProbeConnection> connections) {
        this.pools = pools;
        this.connections = connections;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void close() {
        closed = true;
        ProbeConnection open = asking;
        if (open != null) {
            open.abort();
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(Suspect.LOOK.toNanos());
            if (!closed) {
                suspects.entrySet()
                        .removeIf(suspect ->
                                !suspect.getKey().waitsSince(suspect.getValue().asked()));
                pools.get().forEach(this::lookSafely);
            }
        }
    }

    /** This thread has to outlive whatever the driver stumbles over in what a server says. */
    private void lookSafely(NodePool pool) {
        try {
            look(pool);
        } catch (RuntimeException e) {
            log.atDebug()
                    .setCause(e)
                    .addKeyValue("node", pool.node())
                    .log("looking after what waits for {}", pool.node());
        }
    }

    private void look(NodePool pool) {
        List<NodeSocket> waiting = pool.sockets().waitingFor(PATIENCE);
        Map<KernelFlows.Flow, Integer> unanswered = kernel.rests() ? Map.of() : kernel.unanswered(ports(waiting));
        List<NodeSocket> due = waiting.stream()
                .filter(socket -> suspects.computeIfAbsent(socket, s -> new Suspect(s.askedAt()))
                                .next()
                                .passed()
                        || pool.retired()
                        || unanswered.containsKey(socket.flow()))
                .toList();
        boolean died = !pool.retired() && pool.silentDeaths(Duration.ZERO) >= DEAD_ENOUGH;
        if (due.isEmpty() && !died) {
            return;
        }
        ProbeConnection own = connections.apply(pool.node());
        ProbeSettings ownSettings = settings.computeIfAbsent(pool.node(), node -> new ProbeSettings());
        asking = own;
        Deadline began = Deadline.in(Duration.ZERO);
        try {
            boolean unused = own.open();
            Deadline asked = Deadline.in(Duration.ZERO);
            Map<Integer, String> states = states(own.get(), ownSettings, due);
            Duration answer = asked.ago();
            // Asked anew: whatever it has sent in vain after this, it has sent to a node that answers.
            judge(pool, due, states, kernel.unanswered(ports(due)));
            if (began.ago().compareTo(PATIENCE) > 0) {
                hung.put(pool.node(), Deadline.in(HUNG_COUNTS));
            }
            if (died && pool.silentDeaths(answer) >= DEAD_ENOUGH) {
                pool.replaceAll();
                log.atLevel(hung(pool.node()) ? Level.DEBUG : Level.WARN)
                        .addKeyValue("node", pool.node())
                        .log(
                                "idle connections to {} did not answer, though it answers a new one (a firewall or NAT that forgot"
                                        + " them?): all are replaced",
                                pool.node());
            }
        } catch (SQLException e) {
            if (ProbeSettings.endsTransaction(e) || (own.flooded() && ownSettings.floods())) {
                return;
            }
            hung.put(pool.node(), Deadline.in(HUNG_COUNTS));
            log.debug("{} does not answer a new connection either: its probe decides", pool.node(), e);
            if (shutOut(pool, e)) {
                judgeShutOut(pool, due, kernel.unanswered(ports(due)));
            }
        } finally {
            asking = null;
            own.close();
        }
    }

    private static Set<Integer> ports(List<NodeSocket> sockets) {
        return sockets.stream().map(Socket::getLocalPort).collect(Collectors.toSet());
    }

    private boolean hung(String node) {
        hung.values().removeIf(Deadline::passed);
        return hung.containsKey(node);
    }

    /** What the server does for each of these, by its process; for those of which it tells. */
    private static Map<Integer, String> states(Connection own, ProbeSettings settings, List<NodeSocket> sockets)
            throws SQLException {
        own.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
        String pids = sockets.stream().map(s -> Integer.toString(s.pid())).collect(Collectors.joining(",", "{", "}"));
        Map<Integer, String> states = new HashMap<>();
        try (Statement statement = own.createStatement();
                ResultSet row = settings.rows(
                        statement,
                        "SELECT pid, coalesce(state, 'unknown'), pg_backend_pid() FROM pg_stat_activity"
                                + " WHERE pid = ANY('" + pids + "') OR pid = pg_backend_pid()")) {
            while (row.next()) {
                states.put(row.getInt(1), row.getString(2));
            }
        }
        boolean direct = states.containsKey(own.unwrap(PGConnection.class).getBackendPID());
        return direct ? states : sockets.stream().collect(Collectors.toMap(NodeSocket::pid, s -> "unknown"));
    }

    private void judge(
            NodePool pool,
            List<NodeSocket> due,
            Map<Integer, String> states,
            Map<KernelFlows.Flow, Integer> unanswered) {
        boolean forgotten = false;
        for (NodeSocket socket : due) {
            Suspect before = suspects.get(socket);
            int asked = unanswered.getOrDefault(socket.flow(), 0);
            if (before == null || !socket.waitsSince(before.asked())) {
                suspects.remove(socket);
            } else if (before.forgotten(asked)) {
                suspects.remove(socket);
                forgotten = true;
                socket.abort("it waited for an answer, and the kernel of this machine for a sign of " + pool.node()
                        + ", which answers new connections: a firewall or NAT between must have forgotten it");
            } else if (!NOTHING_TO_DO.contains(states.getOrDefault(socket.pid(), "idle"))) {
                if (asked > 0) {
                    suspects.put(socket, before.unheard(asked));
                } else {
                    suspects.put(socket, before.working());
                    // Only its answer may have been lost, and then the kernel waits for nothing.
                    NodeSockets.askNow(socket);
                }
            } else if (before.idle() == 0) {
                suspects.put(socket, before.seenIdle());
            } else {
                suspects.remove(socket);
                forgotten = true;
                socket.abort("it waited for an answer, and " + pool.node()
                        + " was asked nothing or has answered: a firewall or NAT between must have forgotten it");
            }
        }
        if (forgotten) {
            pool.replaceAll();
            log.atWarn()
                    .addKeyValue("node", pool.node())
                    .log(
                            "connections to {} wait for answers of which it knows nothing (a firewall or NAT that forgot them?):"
                                    + " those were aborted, and all others are replaced",
                            pool.node());
        }
    }

    /** Whether the node cannot be asked, and that says something; silence may be everybody's, unless it is known to be down. */
    private static boolean shutOut(NodePool pool, SQLException error) {
        return PostgresErrors.kindOfProbe(error)
                .filter(kind ->
                        kind == Kind.REFUSED || kind == Kind.NETWORK || (kind == Kind.TIMEOUT && pool.retired()))
                .isPresent();
    }

    private void judgeShutOut(NodePool pool, List<NodeSocket> due, Map<KernelFlows.Flow, Integer> unanswered) {
        for (NodeSocket socket : due) {
            Suspect before = suspects.get(socket);
            int asked = unanswered.getOrDefault(socket.flow(), 0);
            if (before == null || !socket.waitsSince(before.asked())) {
                suspects.remove(socket);
            } else if (before.forgotten(asked)) {
                suspects.remove(socket);
                socket.abort("it waited for an answer, and the kernel of this machine for a sign of " + pool.node()
                        + ", which refuses new connections");
            } else if (pool.retired() && before.shutOutLong()) {
                suspects.remove(socket);
                socket.abort("it waited for an answer of " + pool.node() + ", which is down and lets nobody in");
            } else {
                // A long statement at a node that its probe still reaches is looked at ever less often.
                suspects.put(socket, pool.retired() || asked > 0 ? before.shutOut(asked) : before.working());
                if (asked == 0) {
                    NodeSockets.askNow(socket);
                }
            }
        }
    }
}
