package dev.hastack.core.monitor;

import dev.hastack.core.topology.Action;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Step;
import dev.hastack.core.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Owns one store's topology: one probe task per node brings answers, callers bring errors and hints, and every one of
 * them is a step of the state machine, taken under one lock in which nothing does I/O. A step is published (routes
 * first, then the snapshot, then whoever waits) before its actions run and before listeners hear of it, on their own
 * thread. Thread-safe.
 *
 * <p>Calm, every node is probed once per interval, with jitter. While there is no open primary (or peer, in a store without one), for a second after a
 * change, and while a caller waits, all nodes are probed at once, and again every 20 ms in the first second, then ever
 * more slowly up to 250 ms.
 *
 * <p>Longer than most, since whoever brings news goes through the one lock that is here.
 */
public final class Monitor implements AutoCloseable {

    /**
     * What a monitor is told at its start.
     *
     * @param store {@code postgres}, {@code redis} or {@code elasticsearch}; names threads, logs and metrics
     * @param nodes the configured ids
     * @param identity of the cluster, if pinned by configuration
     * @param interval between two probes of a node in calm times
     * @param timeout a probe's deadline, connecting included
     * @param epochFile where the greatest epoch seen is kept for the next process; empty: nowhere
     */
    public record Settings(
            String store,
            Set<String> nodes,
            Optional<String> identity,
            Duration interval,
            Duration timeout,
            Optional<Path> epochFile) {}

    /** Longer is for ever, and would overflow. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(365);

    private final Settings settings;
    private final StoreAdapter adapter;
    private final Events events;
    private final Time time;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private final Map<String, ProbeTask> tasks = new TreeMap<>();
    private final Map<String, DeathWatchTask> deathWatches = new TreeMap<>();
    private final Watch watch;
    private final Optional<EpochFile> epochFile;
    private volatile Snapshot snapshot;
    // The rest is guarded by the lock.
    private int waiters;
    private @Nullable Instant changedAt;
    private @Nullable Instant urgentSince;
    private Optional<Instant> republishAt = Optional.empty();

    /**
     * Nothing runs before {@link #start}.
     *
     * @throws IllegalStateException if the epoch file is there and cannot be read
     */
    public Monitor(Settings settings, StoreAdapter adapter, Events events, Time time) {
        this.settings = settings;
        this.adapter = adapter;
        this.events = events;
        this.time = time;
        this.epochFile = settings.epochFile().map(file -> new EpochFile(settings.store(), file));
        this.snapshot = Snapshot.initial(settings.identity(), epochFile.flatMap(EpochFile::read));
        this.watch = new Watch(this);
    }

    /** Begins to probe; returns at once. */
    public void start() {
        lock.lock();
        try {
            step(new Input.Members(settings.nodes(), time.now()));
            watch.start();
        } finally {
            lock.unlock();
        }
    }

    /** The topology as last published: one volatile read. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** The clock that all times of the topology are points of. */
    public Time time() {
        return time;
    }

    /**
     * A caller's connection failed. Closes the gate of its node before it returns, if the error says something about the
     * node and the connection belongs to the node's present generation.
     *
     * @param generation that the connection belongs to
     * @param error whose message goes into health and logs
     */
    public void report(String node, int generation, Kind kind, Throwable error) {
        // Thirty threads fail on one death: all but the first need no lock to learn that theirs is old news.
        boolean current = snapshot.node(node)
                .map(n -> n.generation() == generation && n.suspect().isEmpty())
                .orElse(false);
        if (current) {
            offer(new Input.Failed(node, generation, kind, Input.Source.CALLER, Causes.line(error), time.now()));
        }
    }

    /** Somebody has reason to think that this node's role changed: it is probed at once, and nothing is decided. */
    public void hint(String node) {
        offer(new Input.Hint(node, time.now()));
    }

    /** Has whoever waits look again: what they wait for has changed, though the topology has not. */
    public void wake() {
        lock.lock();
        try {
            published.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on these are the nodes. Those that were not among them are probed, those that are gone from them are left.
     *
     * @param nodes all of them, by id
     */
    public void members(Set<String> nodes) {
        offer(new Input.Members(nodes, time.now()));
    }

    /**
     * Somebody who keeps the count of epochs says that a primary of this epoch was appointed: a primary below it is left at
     * once, and nobody below it becomes one.
     *
     * @param witness who says so, for people
     */
    public void appointed(long epoch, String witness) {
        offer(new Input.Appointed(epoch, witness, time.now()));
    }

    /**
     * Waits until {@code attempt} gives a value, and tries it again at every publication.
     *
     * @param attempt run under the monitor's lock: must read only
     * @return empty if the timeout passed or the monitor was closed before there was a value
     */
    public <T> Optional<T> await(Supplier<Optional<T>> attempt, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        Instant until = time.now().plus(timeout.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : timeout);
        waiters++;
        try {
            updateUrgency(time.now());
            while (true) {
                Optional<T> value = attempt.get();
                if (value.isPresent() || snapshot.closed() || !time.now().isBefore(until)) {
                    return value;
                }
                time.await(lock, published, until);
            }
        } finally {
            waiters--;
            lock.unlock();
        }
    }

    /** Publishes the closed topology, wakes whoever waits, and ends the threads; waits up to the probe's deadline for them. */
    @Override
    public void close() {
        lock.lock();
        try {
            step(new Input.Closed(time.now()));
            tasks.values().forEach(ProbeTask::end);
            deathWatches.values().forEach(DeathWatchTask::end);
            watch.end();
        } finally {
            lock.unlock();
        }
        deathWatches.values().forEach(task -> task.join(settings.timeout()));
        tasks.values().forEach(task -> task.join(settings.timeout()));
        watch.join(settings.timeout());
    }

    private void offer(Input input) {
        lock.lock();
        try {
            step(input);
        } finally {
            lock.unlock();
        }
    }

    // What follows is for the tasks of this package, and wants the lock held.

    void step(Input input) {
        OptionalLong epoch = snapshot.maxEpoch();
        Step step = Topology.step(snapshot, input);
        if (step.next().version() != snapshot.version()) {
            publish(step.next());
        }
        if (!step.changes().isEmpty()) {
            changedAt = time.now();
            urgentSince = null;
        }
        updateUrgency(time.now());
        step.actions().forEach(this::run);
        tell(step.changes());
        if (!snapshot.maxEpoch().equals(epoch)) {
            // Last, since it starts a thread: a primary that is superseded has to be left before.
            epochFile.ifPresent(file -> snapshot.knownEpoch().ifPresent(file::keep));
        }
    }

    private void publish(Snapshot next) {
        StoreAdapter.Published outcome = adapter.publish(next, time.now());
        snapshot = next;
        republishAt = outcome.until();
        if (outcome.news()) {
            published.signalAll();
        }
        deathWatches.values().forEach(DeathWatchTask::wake);
        tell(outcome.changes());
    }

    private void tell(List<Change> changes) {
        for (Change change : changes) {
            events.offer(new TopologyEvent(settings.store(), change, snapshot));
        }
    }

    /** When the routes have to be looked at again, as something in them becomes too old. */
    Optional<Instant> republishAt() {
        return republishAt;
    }

    void republish() {
        publish(snapshot);
    }

    private void run(Action action) {
        if (action instanceof Action.ProbeNow a) {
            request(a.node());
        } else if (action instanceof Action.Retire a) {
            adapter.retire(a.node(), a.generation(), a.interrupt());
            Optional.ofNullable(deathWatches.get(a.node())).ifPresent(task -> task.retire(a.generation()));
        } else if (action instanceof Action.Monitor a) {
            begin(a.node());
        } else if (action instanceof Action.Forget a) {
            ProbeTask task = tasks.remove(a.node());
            if (task != null) {
                task.end();
            }
            Optional.ofNullable(deathWatches.remove(a.node())).ifPresent(DeathWatchTask::end);
        }
    }

    private void begin(String node) {
        ProbeTask task = new ProbeTask(node, this);
        tasks.put(node, task);
        task.start();
        adapter.deathWatch(node)
                .map(death -> new DeathWatchTask(node, this, death))
                .ifPresent(death -> {
                    deathWatches.put(node, death);
                    death.start();
                });
    }

    private void request(String node) {
        ProbeTask task = tasks.get(node);
        if (task != null) {
            task.request();
        }
    }

    void requestAll() {
        tasks.values().forEach(ProbeTask::request);
    }

    private void updateUrgency(Instant now) {
        boolean urgent = !snapshot.closed()
                && (waiters > 0
                        || !snapshot.open()
                        || (changedAt != null
                                && changedAt.plus(Cadence.URGENT_FIRST).isAfter(now)));
        if (!urgent) {
            urgentSince = null;
        } else if (urgentSince == null) {
            urgentSince = now;
            tasks.values().forEach(ProbeTask::wake);
        }
    }

    /** How long it has been urgent, or empty in calm times. */
    Optional<Duration> urgent(Instant now) {
        updateUrgency(now);
        return Optional.ofNullable(urgentSince).map(since -> Duration.between(since, now));
    }

    Settings settings() {
        return settings;
    }

    StoreAdapter adapter() {
        return adapter;
    }

    ReentrantLock lock() {
        return lock;
    }

    Iterable<ProbeTask> tasks() {
        return tasks.values();
    }
}
