package dev.hastack.core.monitor;

import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Role;
import dev.hastack.core.topology.Snapshot;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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

    private final Map<String, Behaviour> nodes = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> probes = new ConcurrentHashMap<>();
    final Map<String, Integer> inUse = new ConcurrentHashMap<>();
    final Map<String, Boolean> returned = new ConcurrentHashMap<>();
    final List<String> retired = new CopyOnWriteArrayList<>();
    volatile boolean returnedIsAnswered;
    volatile Snapshot routed = Snapshot.initial(Optional.empty(), Optional.empty());

    void primary(String node, long epoch) {
        nodes.put(node, aborted -> answer(Role.PRIMARY, epoch));
    }

    void replica(String node, long epoch) {
        nodes.put(node, aborted -> answer(Role.REPLICA, epoch));
    }

    void refuses(String node) {
        nodes.put(node, aborted -> {
            throw new ConnectException("Connection refused");
        });
    }

    void hangs(String node) {
        nodes.put(node, aborted -> {
            aborted.await();
            throw new IOException("Socket closed");
        });
    }

    void behaves(String node, Behaviour behaviour) {
        nodes.put(node, behaviour);
    }

    private static Answer answer(Role role, long epoch) {
        return new Answer(role, Optional.of("S1"), OptionalLong.of(epoch), 100, role == Role.PRIMARY ? 1 : 0);
    }

    int probes(String node) {
        return probes.computeIfAbsent(node, n -> new AtomicInteger()).get();
    }

    @Override
    public Probe probe(String node) {
        return new Probe() {
            private volatile CountDownLatch aborted = new CountDownLatch(1);

            @Override
            public void arm() {
                aborted = new CountDownLatch(1);
            }

            @Override
            public Answer ask() throws Exception {
                probes.computeIfAbsent(node, n -> new AtomicInteger()).incrementAndGet();
                return nodes.getOrDefault(node, a -> answer(Role.REPLICA, 1)).ask(aborted);
            }

            @Override
            public void abort() {
                aborted.countDown();
            }

            @Override
            public void close() {
                aborted.countDown();
            }
        };
    }

    @Override
    public Optional<Kind> kind(Throwable error) {
        if (error instanceof ConnectException) {
            return Optional.of(Kind.REFUSED);
        }
        return error instanceof IOException ? Optional.of(Kind.NETWORK) : Optional.empty();
    }

    @Override
    public Published publish(Snapshot snapshot, Instant now) {
        routed = snapshot;
        return new Published(true, List.of(), Optional.empty());
    }

    @Override
    public void retire(String node, int generation, boolean interrupt) {
        retired.add(node + "#" + generation + (interrupt ? " interrupt" : ""));
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
