package dev.hastack.postgres;

import dev.hastack.core.topology.Kind;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
 * sessions are not the server's, and where the role may not ask, Linux is asked instead: a flow on which the other side is asked again,
 * since it was heard on a new connection, and does not answer, is forgotten.
 *
 * <p>A server that answers a new connection and does not let it in is asked on the connection that its probe has, and Linux is asked. What
 * still lives is kept then, since nothing could replace it.
 *
 * <p>Where a node is down, and refuses new connections on top of what its probe had established, all threads that wait on what is left of its
 * connections are freed after seconds: where a service takes a node out, its established flows may be dropped without a word. One daemon
 * thread for all nodes; thread-safe. Longer than other files since what one look finds is judged in one place.
 *
 * <p>For the reasons, see docs/decisions.md, PG-8 and PG-40.
 */
final class SilentConnections {
    private static final Logger log = LoggerFactory.getLogger(SilentConnections.class);

    /** After so long without an answer the server is asked; no more than twice that may pass until a caller is freed. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration ANSWER = Duration.ofSeconds(2);
    /** As long as a pool remembers deaths, and a look takes. */
    private static final Duration HUNG_COUNTS = Duration.ofSeconds(15);

    private static final int DEAD_ENOUGH = 2;

    private final Supplier<Collection<NodePool>> pools;
    private final Function<String, ProbeConnection> connections;
    private final Function<String, SessionsByProbe> probes;
    private final Consumer<String> hints;
    private final KernelFlows kernel = new KernelFlows();
    private final Map<NodeSocket, Suspect> suspects = new HashMap<>();
    /** Nodes that were slow to answer a new connection, too: they hung, and no firewall is to blame for what died meanwhile. */
    private final Map<String, Deadline> hung = new HashMap<>();

    private final Map<String, ProbeSettings> settings = new HashMap<>();
    private final Map<String, LoginPause> pauses = new HashMap<>();

    private final Thread thread = new Thread(this::run, "ha-postgres-silence");
    private volatile @Nullable ProbeConnection asking;
    private volatile boolean closed;

    /**
     * @param pools those that lend, and those that are retired while something is under way in them
     * @param connections makes a new connection to a node, for one question
     * @param probes asks a node on the connection that its probe has
     * @param hints has a node probed at once
     */
    SilentConnections(
            Supplier<Collection<NodePool>> pools,
            Function<String, ProbeConnection> connections,
            Function<String, SessionsByProbe> probes,
            Consumer<String> hints) {
        this.pools = pools;
        this.connections = connections;
        this.probes = probes;
        this.hints = hints;
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
        if (!pool.retired() && (judgedByProbe(pool, due) || (unanswered.isEmpty() && waitsToAsk(pool, due)))) {
            return;
        }
        ProbeConnection own = connections.apply(pool.node());
        ProbeSettings ownSettings = settings.computeIfAbsent(pool.node(), node -> new ProbeSettings());
        asking = own;
        Deadline began = Deadline.in(Duration.ZERO);
        try {
            boolean unused = own.open();
            pauses.remove(pool.node());
            Deadline asked = Deadline.in(Duration.ZERO);
            Connection session = own.get();
            session.setNetworkTimeout(Runnable::run, (int) ANSWER.toMillis());
            Map<Integer, String> states = SessionStates.of(
                    session, ownSettings, due.stream().map(NodeSocket::pid).toList());
            Duration answer = asked.ago();
            // Asked anew: what Linux has sent without an acknowledgement after this, it has sent to a node that
            // answers.
            Map<KernelFlows.Flow, Integer> now = kernel.unanswered(ports(due));
            if (judge(pool, due, s -> Optional.of(states.getOrDefault(s.pid(), SessionStates.IDLE)), now)) {
                pool.replaceAll();
                warn(pool, "those were aborted, and all others are replaced");
            }
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
            if (!ProbeSettings.endsTransaction(e) && !(own.flooded() && ownSettings.floods())) {
                notLetIn(pool, due, e);
            }
        } finally {
            asking = null;
            own.close();
        }
    }

    /** Whether the node has said on its probe's connection what it does for those that wait: then a login has nothing to add. */
    private boolean judgedByProbe(NodePool pool, List<NodeSocket> due) {
        SessionsByProbe.Word word = probes.apply(pool.node()).take().orElse(null);
        if (word == null || !pauses.containsKey(pool.node())) {
            return false;
        }
        judgeAlone(pool, due, word::of);
        askByProbe(
                pool,
                due.stream()
                        .filter(socket -> {
                            Suspect suspect = suspects.get(socket);
                            return suspect != null && suspect.next().passed();
                        })
                        .toList());
        return true;
    }

    /** Whether no login is due: the probe is to answer, or too many logins were denied. */
    private boolean waitsToAsk(NodePool pool, List<NodeSocket> due) {
        if (probes.apply(pool.node()).pending()) {
            return true;
        }
        LoginPause pause = pauses.get(pool.node());
        if (pause == null || pause.until().passed()) {
            return false;
        }
        askByProbe(pool, due);
        return true;
    }

    private void askByProbe(NodePool pool, List<NodeSocket> sockets) {
        if (!sockets.isEmpty() && !pool.retired()) {
            probes.apply(pool.node()).ask(sockets);
            hints.accept(pool.node());
        }
    }

    private void notLetIn(NodePool pool, List<NodeSocket> due, SQLException e) {
        pauses.put(pool.node(), LoginPause.after(pauses.get(pool.node()), e));
        if (PostgresErrors.answers(e)) {
            log.debug("{} answers a new connection, and does not let it in", pool.node(), e);
            // Its probe is asked first; where that is not let in, either, Linux alone knows.
            boolean unknown = pool.retired() || probes.apply(pool.node()).lapsed();
            judgeAlone(pool, due, s -> unknown ? Optional.of(SessionStates.UNKNOWN) : Optional.empty());
        } else {
            hung.put(pool.node(), Deadline.in(HUNG_COUNTS));
            log.debug("{} does not answer a new connection either: its probe decides", pool.node(), e);
            if (shutOut(pool, e)) {
                judgeShutOut(pool, due, kernel.unanswered(ports(due)));
            }
        }
        askByProbe(pool, due);
    }

    /** As {@link #judge}, of a node that lets nobody in, so that no connection of its pool could be replaced. */
    private void judgeAlone(NodePool pool, List<NodeSocket> due, Function<NodeSocket, Optional<String>> states) {
        if (judge(pool, due, states, kernel.unanswered(ports(due)))) {
            warn(pool, "those were aborted, and the others are kept, since it lets no new connection in");
        }
    }

    private static Set<Integer> ports(List<NodeSocket> sockets) {
        return sockets.stream().map(Socket::getLocalPort).collect(Collectors.toSet());
    }

    private boolean hung(String node) {
        hung.values().removeIf(Deadline::passed);
        return hung.containsKey(node);
    }

    /**
     * Aborts those that have lost their question or their answer; the node has answered something just now.
     *
     * @param states what the server does for a connection; empty if it was not asked
     * @return whether there are any
     */
    private boolean judge(
            NodePool pool,
            List<NodeSocket> due,
            Function<NodeSocket, Optional<String>> states,
            Map<KernelFlows.Flow, Integer> unanswered) {
        boolean forgotten = false;
        for (NodeSocket socket : due) {
            Suspect before = suspects.get(socket);
            int asked = unanswered.getOrDefault(socket.flow(), 0);
            String state = states.apply(socket).orElse(null);
            if (before == null || !socket.waitsSince(before.asked())) {
                suspects.remove(socket);
            } else if (before.forgotten(asked)) {
                suspects.remove(socket);
                forgotten = true;
                socket.abort("it waited for an answer, and the kernel of this machine for a sign of " + pool.node()
                        + ", which answers other connections: a firewall or NAT between must have forgotten it");
            } else if (state == null || !SessionStates.nothingToDo(state)) {
                suspects.put(
                        socket,
                        state == null ? before.unasked(asked) : asked > 0 ? before.unheard(asked) : before.working());
                if (asked == 0) {
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
        return forgotten;
    }

    private static void warn(NodePool pool, String done) {
        log.atWarn()
                .addKeyValue("node", pool.node())
                .log(
                        "connections to {} wait for answers of which it knows nothing (a firewall or NAT that forgot them?): {}",
                        pool.node(),
                        done);
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
