package dev.hastack.core.monitor;

import dev.hastack.core.config.Secret;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Nodes that say what a test has them say, to drive the monitor's threads without any store. */
final class FakeCluster implements StoreAdapter {

    /** What a node does when it is asked. */
    interface Behaviour {
        Answer ask(CountDownLatch aborted) throws Exception;
    }

    /** The same, of a node to which it matters whether a connection has to be made first. */
    interface Connecting {
        Answer ask(CountDownLatch aborted, boolean connects) throws Exception;
    }

    private final Map<String, Connecting> nodes = new ConcurrentHashMap<>();
    private final Map<String, Runnable> signsOfLife = new ConcurrentHashMap<>();
    private final Map<String, Set<Probe>> connections = new ConcurrentHashMap<>();
    private final Map<String, Integer> mostConnections = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> probes = new ConcurrentHashMap<>();
    final Map<String, Integer> inUse = new ConcurrentHashMap<>();
    final Map<String, Boolean> returned = new ConcurrentHashMap<>();
    /** Nodes that fail a probe since they do not let it in. */
    final Set<String> notLetIn = ConcurrentHashMap.newKeySet();

    final List<String> retired = new CopyOnWriteArrayList<>();
    volatile boolean returnedIsAnswered;
    volatile boolean awaited;
    volatile Optional<Instant> nearing = Optional.empty();
    /** Until when what is published holds. */
    volatile Optional<Instant> until = Optional.empty();

    volatile Instant routedAt = Instant.MIN;
    volatile Snapshot routed = Snapshot.initial(Optional.empty(), Optional.empty());

    void primary(String node, long epoch) {
        behaves(node, aborted -> answer(Role.PRIMARY, epoch));
    }

    void replica(String node, long epoch) {
        behaves(node, aborted -> answer(Role.REPLICA, epoch));
    }

    void refuses(String node) {
        behaves(node, aborted -> {
            throw new ConnectException("Connection refused");
        });
    }

    void hangs(String node) {
        behaves(node, aborted -> {
            aborted.await();
            throw new IOException("Socket closed");
        });
    }

    void behaves(String node, Behaviour behaviour) {
        connects(node, (aborted, connects) -> behaviour.ask(aborted));
    }

    void connects(String node, Connecting behaviour) {
        nodes.put(node, behaviour);
    }

    /** Called by a behaviour: the node has let the probe in, and has yet to answer. */
    void letsIn(String node) {
        signsOfLife.getOrDefault(node, () -> {}).run();
    }

    static Answer answer(Role role, long epoch) {
        return new Answer(role, Optional.of("S1"), OptionalLong.of(epoch), 100, role == Role.PRIMARY ? 1 : 0);
    }

    int probes(String node) {
        return probes.computeIfAbsent(node, n -> new AtomicInteger()).get();
    }

    /** How many there are to this node. */
    int connections(String node) {
        return connections.getOrDefault(node, Set.of()).size();
    }

    /** How many there were at most. */
    int mostConnections(String node) {
        return mostConnections.getOrDefault(node, 0);
    }

    private boolean opens(String node, Probe probe) {
        Set<Probe> open = connections.computeIfAbsent(node, n -> ConcurrentHashMap.newKeySet());
        boolean added = open.add(probe);
        mostConnections.merge(node, open.size(), Math::max);
        return added;
    }

    private void closes(String node, Probe probe) {
        connections.getOrDefault(node, new HashSet<>()).remove(probe);
    }

    @Override
    public Probe probe(String node) {
        return new Probe() {
            private volatile CountDownLatch aborted = new CountDownLatch(1);

            @Override
            public void onSignOfLife(Runnable listener) {
                signsOfLife.put(node, listener);
            }

            @Override
            public void arm() {
                aborted = new CountDownLatch(1);
            }

            @Override
            public Answer ask() throws Exception {
                probes.computeIfAbsent(node, n -> new AtomicInteger()).incrementAndGet();
                CountDownLatch here = aborted;
                boolean connects = opens(node, this);
                if (here.getCount() == 0) {
                    closes(node, this);
                }
                return nodes.getOrDefault(node, (a, c) -> answer(Role.REPLICA, 1))
                        .ask(here, connects);
            }

            @Override
            public boolean notLetIn() {
                return notLetIn.contains(node);
            }

            @Override
            public void abort() {
                aborted.countDown();
                closes(node, this);
            }

            @Override
            public void close() {
                abort();
            }
        };
    }

    @Override
    public String shown(String words) {
        return Secret.of("hunter2").hiddenIn(words);
    }

    @Override
    public Optional<Kind> kind(Throwable error) {
        if (error instanceof SocketTimeoutException) {
            return Optional.of(Kind.TIMEOUT);
        }
        if (error instanceof ConnectException) {
            return Optional.of(Kind.REFUSED);
        }
        return error instanceof IOException ? Optional.of(Kind.NETWORK) : Optional.empty();
    }

    @Override
    public Published publish(Snapshot snapshot, Instant now) {
        routed = snapshot;
        routedAt = now;
        return new Published(true, List.of(), until, nearing);
    }

    @Override
    public void retire(String node, int generation, boolean interrupt) {
        retired.add(node + "#" + generation + (interrupt ? " interrupt" : ""));
    }

    @Override
    public boolean awaited() {
        return awaited;
    }

    @Override
    public int inUse(String node) {
        return inUse.getOrDefault(node, 0);
    }

    @Override
    public boolean returned(String node) {
        return returned.getOrDefault(node, false);
    }

    @Override
    public boolean returnedIsAnswered() {
        return returnedIsAnswered;
    }
}
