package dev.hastack.core.monitor;

import dev.hastack.core.topology.Action;
import dev.hastack.core.topology.Change;
import dev.hastack.core.topology.Input;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.KnownEpoch;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Past;
import dev.hastack.core.topology.Snapshot;
import dev.hastack.core.topology.Step;
import dev.hastack.core.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>Calm, every node is probed once per interval, with jitter. While there is no open primary (or peer, in a store without one), while the
 * primary is silent, for a second after a change, and while a caller waits, all nodes are probed at once, and again every 20 ms in the
 * first second, then ever more slowly up to 250 ms, unless a caller waits.
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
     * @param timeout after which a probe without an answer makes its node silent
     * @param connectTimeout how much longer a probe may take that has to connect
     * @param epochFile where the greatest epoch seen is kept for the next process; empty: nowhere
     * @param adoptsAbandoned whether a primary below the greatest epoch seen is written to once no node has that any more
     */
    public record Settings(
            String store,
            Set<String> nodes,
            Optional<String> identity,
            Duration interval,
            Duration timeout,
            Duration connectTimeout,
            Optional<Path> epochFile,
            boolean adoptsAbandoned) {

        /** For a store that goes on at an older epoch once the greatest is abandoned, or that has no epochs. */
        public Settings(
                String store,
                Set<String> nodes,
                Optional<String> identity,
                Duration interval,
                Duration timeout,
                Duration connectTimeout,
                Optional<Path> epochFile) {
            this(store, nodes, identity, interval, timeout, connectTimeout, epochFile, true);
        }
    }

    /**
     * The silence of all nodes is news about this machine, or its network, first: so many timeouts longer than one may be silent,
     * what is known of them holds.
     */
    private static final int ALL_SILENT = 10;

    /**
     * How many times as long that is while no node was ever heard of, as at the cold start of a process on a busy machine: there is nothing
     * known yet that could have become wrong.
     */
    private static final int COLD = 4;

    /** Longer is for ever, and would overflow. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(365);

    private final Settings settings;
    private final StoreAdapter adapter;
    private final Events events;
    private final Time time;
    private final Machine machine;
    private final Instant made;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private final Map<String, ProbeTask> tasks = new TreeMap<>();
    private final Map<String, DeathWatchTask> deathWatches = new TreeMap<>();
    private final Watch watch;
    private final Slowness slowness = new Slowness();
    private final Toll toll;
    private final Optional<EpochFile> epochFile;
    private volatile Snapshot snapshot;
    // The rest is guarded by the lock.
    private int waiters;
    private @Nullable Instant firstHeard;
    private @Nullable Instant changedAt;
    private @Nullable Instant urgentSince;
    private Optional<Instant> republishAt = Optional.empty();
    private Optional<Instant> nearing = Optional.empty();

    /**
     * Creates the monitor of a store; nothing runs before {@link #start}.
     *
     * @param machine shared with the monitors of the other stores of this process
     * @throws IllegalStateException if the epoch file is there and cannot be read
     */
    public Monitor(Settings settings, StoreAdapter adapter, Events events, Time time, Machine machine) {
        this.settings = settings;
        this.adapter = adapter;
        this.events = events;
        this.time = time;
        this.machine = machine;
        this.made = time.now();
        this.toll = new Toll(settings.store());
        this.epochFile = settings.epochFile().map(file -> new EpochFile(settings.store(), file));
        this.snapshot =
                Snapshot.initial(settings.identity(), epochFile.flatMap(EpochFile::read), settings.adoptsAbandoned());
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

    /** Where the store counts what its faults cost callers. */
    public Toll toll() {
        return toll;
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
            String words = adapter.shown(Causes.line(error));
            offer(new Input.Failed(node, generation, kind, Input.Source.CALLER, words, time.now()));
        }
    }

    /** Somebody has reason to think that this node's role changed: it is probed at once, and nothing is decided. */
    public void hint(String node) {
        offer(new Input.Hint(node, time.now()));
    }

    /**
     * A connection to this node is silent, and its probe's may be as well: it is probed at once, and on a second connection where the one
     * that was kept does not answer soon. Nothing is decided, nor sooner.
     */
    public void doubt(String node) {
        lock.lock();
        try {
            ProbeTask task = tasks.get(node);
            if (task != null) {
                task.doubt(time.now());
            }
        } finally {
            lock.unlock();
        }
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
     * An operator gives up the greatest epoch known: a primary below it is written to from its next answer on, whatever nodes
     * may have that do not answer now.
     *
     * @return whether it was given up; it is not if a node that answers shows it, or if none is known
     */
    public boolean forgetEpoch() {
        lock.lock();
        try {
            Past before = snapshot.past();
            step(new Input.Forgotten(time.now()));
            return !snapshot.past().abandoned().equals(before.abandoned());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until {@code attempt} gives a value, and tries it again at every publication. After a pause of this process it is tried for up to a
     * second more, in which the probes can say what has changed.
     *
     * @param attempt run under the monitor's lock: must read only
     * @return empty if the timeout passed or the monitor was closed before there was a value
     */
    public <T> Optional<T> await(Supplier<Optional<T>> attempt, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        Instant began = time.now();
        Instant until = began.plus(timeout.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : timeout);
        waiters++;
        try {
            updateUrgency(time.now());
            if (waiters == 1) {
                wakeProbes();
            }
            while (true) {
                Optional<T> value = attempt.get();
                Instant now = time.now();
                boolean due = !now.isBefore(until);
                if (value.isPresent()
                        || snapshot.closed()
                        || (due && watch.grace().passed(nanos(began), nanos(until), nanos(now)))) {
                    return value;
                }
                time.await(lock, published, due ? now.plus(Cadence.URGENT) : until);
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
            toll.close(time.now());
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
        Optional<KnownEpoch> epoch = snapshot.knownEpoch();
        Step step = Topology.step(snapshot, input);
        if (step.next().version() != snapshot.version()) {
            publish(step.next());
        }
        if (!step.changes().isEmpty()) {
            changedAt = time.now();
            urgentSince = null;
        }
        if (!snapshot.closed() && step.changes().stream().anyMatch(ChangeLog::bad)) {
            toll.fault(time.now());
        }
        updateUrgency(time.now());
        step.actions().forEach(this::run);
        tell(step.changes().stream().map(this::withLosses).toList());
        if (!snapshot.knownEpoch().equals(epoch)) {
            // Last, since it starts a thread: a primary that is superseded has to be left before.
            epochFile.ifPresent(file -> keep(file, epoch, step.changes()));
        }
    }

    private Change withLosses(Change change) {
        return change instanceof Change.EpochAbandoned c
                ? new Change.EpochAbandoned(c.epoch(), c.next(), c.node(), adapter.lost())
                : change;
    }

    private void keep(EpochFile file, Optional<KnownEpoch> before, List<Change> changes) {
        Thread unused;
        if (before.isPresent() && changes.stream().anyMatch(Change.EpochAbandoned.class::isInstance)) {
            unused = file.giveUp(before.get(), snapshot.knownEpoch());
        } else if (snapshot.knownEpoch().isPresent()) {
            unused = file.keep(snapshot.knownEpoch().get());
        }
    }

    private void publish(Snapshot next) {
        StoreAdapter.Published outcome = adapter.publish(next, time.now());
        snapshot = next;
        republishAt = outcome.until();
        nearing = outcome.nearing();
        if (outcome.news()) {
            published.signalAll();
        }
        deathWatches.values().forEach(DeathWatchTask::wake);
        tell(outcome.changes());
    }

    private void tell(List<Change> changes) {
        for (Change change : changes) {
            events.offer(new StoreChange(settings.store(), change, snapshot));
        }
    }

    /** When the routes have to be looked at again, as something in them becomes too old. */
    Optional<Instant> republishAt() {
        return republishAt;
    }

    /** When all nodes have to be asked again, lest something become too old for want of an answer. */
    Optional<Instant> nearing() {
        return nearing;
    }

    void republish() {
        publish(snapshot);
    }

    /**
     * Has the routes made anew, if something in them has become too old. The watch does that in time; but where this process was stopped
     * for a while, whoever wakes up with it may be there before.
     */
    public void refresh() {
        lock.lock();
        try {
            if (republishAt.filter(at -> !at.isAfter(time.now())).isPresent()) {
                republish();
            }
        } finally {
            lock.unlock();
        }
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
                        || snapshot.primary().filter(NodeView::silent).isPresent()
                        || (changedAt != null
                                && changedAt.plus(Cadence.URGENT_FIRST).isAfter(now)));
        if (!urgent) {
            urgentSince = null;
        } else if (urgentSince == null) {
            urgentSince = now;
            wakeProbes();
        }
    }

    /** Somebody waits from now on: what was to rest for long may be due. */
    void wakeProbes() {
        tasks.values().forEach(ProbeTask::wake);
    }

    /** Whether callers wait for what a probe may find. */
    boolean awaited() {
        return waiters > 0 || adapter.awaited();
    }

    /** This point in time in ns, from any other. */
    long nanos(Instant at) {
        return Duration.between(made, at).toNanos();
    }

    /** How slow everything is. */
    Slowness slowness() {
        return slowness;
    }

    /**
     * How much longer than its timeout a node may be silent before it hangs: as long as this process, its network and the
     * servers are slow; and where no other node has answered since, either, as long as may pass before all of them are
     * given up. That another refuses connections says that this process is quick, but nothing stands in for the last that is up.
     * Where another store fell silent in the same moment, that one node answers again says nothing of the next one, either.
     *
     * @param askedAt when it was asked what it has not answered
     * @param since when it was found to be silent, and all others were asked
     */
    Duration excuse(ProbeTask silent, Instant askedAt, Instant since, Instant now) {
        if (tasks.values().stream().anyMatch(other -> other != silent && other.answeredSince(since))
                && !machine.silences(settings.store(), askedAt, now)) {
            return slow(now);
        }
        return tasks.values().stream().noneMatch(ProbeTask::everHeard)
                ? longest().multipliedBy(COLD)
                : longest();
    }

    /** Tells the other stores if every node that is up owes its answer. */
    void shareSilence(Instant now) {
        if (tasks.values().stream().noneMatch(ProbeTask::isSilent)) {
            return;
        }
        List<ProbeTask> up = tasks.values().stream()
                .filter(task -> snapshot.node(task.node())
                        .filter(node -> node.status().usable())
                        .isPresent())
                .toList();
        if (!up.isEmpty() && up.stream().allMatch(ProbeTask::isSilent)) {
            Instant after = up.stream()
                    .map(ProbeTask::answeredAt)
                    .max(Instant::compareTo)
                    .orElse(now);
            machine.silent(settings.store(), after, now, now.plus(longest()));
        }
    }

    /** A thread of this process did something so much later than planned. */
    void late(Duration by, Instant now) {
        slowness.saw(by, now);
        machine.late(by, now);
    }

    /** A node has answered, or failed by itself. */
    void heard(Instant now) {
        if (firstHeard == null) {
            firstHeard = now;
        }
    }

    /** When the first node was heard of: until then nothing has shown that this process can reach any. */
    Optional<Instant> firstHeard() {
        return Optional.ofNullable(firstHeard);
    }

    /** How long an answer may be late now with nobody to blame. */
    Duration slow(Instant now) {
        Duration own = slowness.explains(now);
        Duration others = machine.explains(now);
        Duration slow = own.compareTo(others) > 0 ? own : others;
        return slow.compareTo(longest()) > 0 ? longest() : slow;
    }

    /** No slowness excuses more than this. */
    Duration longest() {
        return settings.timeout().multipliedBy(ALL_SILENT);
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
