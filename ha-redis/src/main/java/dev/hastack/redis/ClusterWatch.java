package dev.hastack.redis;

import dev.hastack.core.health.Health;
import dev.hastack.core.health.NodeHealth;
import dev.hastack.core.monitor.Machine;
import dev.hastack.core.monitor.Time;
import dev.hastack.core.monitor.TlsFault;
import dev.hastack.core.monitor.Toll;
import dev.hastack.core.monitor.TopologyEvent;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.Refused;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every node of a Redis Cluster how it is, and one of them who they all are. The cluster decides by itself who is
 * primary; this only tells, keeps reads away from nodes that do not answer, and has Lettuce look again when something
 * changed. On a thread of its own. Thread-safe. Longer than most, since whom to ask next follows from what all have answered.
 */
final class ClusterWatch implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterWatch.class);
    private static final String STORE = "redis";

    /** Between two rounds while something is wrong, or was hinted at. */
    private static final Duration HASTE = Duration.ofMillis(100);

    /** The share of the timeout after which a node is asked on another connection as well, if not all are slower. */
    private static final int PATIENCE = 4;

    private final ClusterNodes nodes;
    private final List<ClusterNode> seeds;
    private final NodeClients clients;
    private final Time time;
    private final Duration interval;
    private final Duration timeout;
    private final Runnable changed;
    private final Patience patience;
    private final Machine machine;
    private final Map<ClusterNode, ClusterProbe> probes = new LinkedHashMap<>();
    private final Thread thread = new Thread(this, "ha-redis-cluster-watch");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition seen = lock.newCondition();
    private final Toll toll = new Toll(STORE);
    private final ClusterLog told = new ClusterLog();
    private final ClusterNews news;
    private List<RedisClusterNode> members = List.of();
    private volatile ClusterView view = ClusterView.NONE;
    /** Whether any node owes its answer. */
    private boolean owed;

    private volatile boolean hinted;
    private volatile boolean doubted;
    private volatile boolean closed;

    /**
     * @param changed called after a round in which a role, a slot or a node's state became another; must not block
     * @param subscribers are told of each change; must not block
     */
    ClusterWatch(
            ClusterNodes nodes,
            List<ClusterNode> seeds,
            NodeClients clients,
            Time time,
            Duration interval,
            Duration timeout,
            Duration connectTimeout,
            Machine machine,
            Runnable changed,
            Consumer<TopologyEvent> subscribers) {
        this.nodes = nodes;
        this.seeds = seeds;
        this.clients = clients;
        this.time = time;
        this.interval = interval;
        this.timeout = timeout;
        this.changed = changed;
        this.news = new ClusterNews(subscribers);
        this.patience = new Patience(timeout, connectTimeout, machine);
        this.machine = machine;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    ClusterView view() {
        return view;
    }

    /** Where it is counted what faults cost callers. */
    Toll toll() {
        return toll;
    }

    /** Look soon. */
    void hint() {
        if (!hinted) {
            hinted = true;
            LockSupport.unpark(thread);
        }
    }

    /** A connection to some node is silent, and those of the probes may be as well: look soon, and on new ones however slow all are. */
    void doubt() {
        doubted = true;
        hint();
    }

    boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0 || closed) {
                    return false;
                }
                left = seen.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        while (!closed) {
            long begin = System.nanoTime();
            try {
                hinted = false;
                look();
            } catch (InterruptedException e) {
                // Only close() interrupts.
                break;
            } catch (Throwable e) {
                log.atError().setCause(e).log("the watch of a Redis Cluster failed and goes on");
            }
            rest(begin);
        }
        toll.close(time.now());
        news.close();
        probes.values().forEach(ClusterProbe::close);
    }

    private void rest(long begin) {
        while (!closed) {
            boolean hasty = (hinted || owed || view.health() != Health.UP) && HASTE.compareTo(interval) < 0;
            long left = (hasty ? HASTE : interval).toNanos() - (System.nanoTime() - begin);
            if (left <= 0) {
                return;
            }
            Instant planned = time.now().plusNanos(left);
            LockSupport.parkNanos(this, left);
            patience.late(planned, time.now());
        }
    }

    private void look() throws InterruptedException {
        List<ClusterNode> asked = members.isEmpty()
                ? seeds
                : members.stream().map(node -> nodes.at(node.getUri())).toList();
        probes.entrySet().removeIf(probe -> {
            boolean gone = !asked.contains(probe.getKey());
            if (gone) {
                probe.getValue().close();
            }
            return gone;
        });
        List<Inquiry<ClusterProbe.Words>> all =
                asked.stream().map(node -> probe(node).inquiry()).toList();
        Instant begin = time.now();
        asked.forEach(node -> probe(node).ask(begin));
        awaitKept(all, begin);
        all.forEach(Inquiry::askElsewhere);
        await(all, begin, timeout);
        ClusterSpeakers speakers = new ClusterSpeakers();
        for (ClusterNode node : asked) {
            Inquiry<ClusterProbe.Words> inquiry = probe(node).inquiry();
            Optional<CompletableFuture<ClusterProbe.Words>> outcome = inquiry.outcome();
            outcome.ifPresent(any -> patience.heard(inquiry, time.now()));
            try {
                if (outcome.isPresent()) {
                    ClusterProbe.Words words = get(outcome.get(), Duration.ZERO);
                    node.heard();
                    probe(node).admission().answered();
                    node.judge(words.verdict());
                    speakers.add(node, words.ok());
                }
            } catch (ExecutionException | TimeoutException e) {
                if (RedisErrors.bare(e) instanceof ClusterProbe.NoAnswerException
                        || RedisErrors.unreadable(RedisErrors.bare(e))) {
                    node.unintelligible();
                }
                Optional<Kind> kind = RedisErrors.kindOfProbe(e);
                boolean denied = kind.filter(Kind.DENIED::equals).isPresent();
                node.failed(kind, System.nanoTime());
                node.judge(new ClusterNode.Verdict(fault(e), denied, false, List.of()));
                probe(node).admission().failed(e, time.now());
            }
            node.silent(inquiry.owes());
            node.breaker().look();
        }
        owed = all.stream().anyMatch(Inquiry::owes);
        judgeSilent(asked, all);
        boolean first = members.isEmpty();
        members = told(speakers);
        // The silence of all is not yet the word of any.
        boolean open = asked.stream().anyMatch(ClusterNode::answers);
        publish(speakers.none() ? open ? view.state() : "unknown" : speakers.state(members));
        if (first && !members.isEmpty()) {
            // Of those that are no seeds nothing is known yet.
            hinted = true;
        }
    }

    /** Who belongs to the cluster; as before, if nobody tells. */
    private List<RedisClusterNode> told(ClusterSpeakers speakers) throws InterruptedException {
        List<RedisClusterNode> told = List.of();
        for (ClusterNode speaker : speakers.inOrder()) {
            try {
                List<RedisClusterNode> view = members(get(probe(speaker).view(), timeout));
                if (speakers.believe(view)) {
                    return view;
                }
                told = told.isEmpty() ? view : told;
            } catch (ExecutionException | TimeoutException e) {
                log.atDebug().setCause(e).log("{} does not tell its view of the cluster", speaker);
                if (RedisErrors.bare(e) instanceof RedisCommandExecutionException refused) {
                    speaker.refuses(Refused.fact("CLUSTER NODES", RedisErrors.text(refused)));
                }
            }
        }
        return told.isEmpty() ? members : told;
    }

    private static List<RedisClusterNode> members(String view) {
        return ClusterPartitionParser.parse(view).stream()
                .filter(node -> !node.is(NodeFlag.NOADDR) && !node.is(NodeFlag.HANDSHAKE))
                .sorted(Comparator.comparing(node -> node.getUri().toString()))
                .toList();
    }

    private ClusterProbe probe(ClusterNode node) {
        return probes.computeIfAbsent(node, any -> {
            clients.found(node.node(), node.address());
            return new ClusterProbe(
                    new TlsConnector(() -> clients.connectProbe(node.node()), clients.doubt(node.node())),
                    new Admission(clients.password(), interval),
                    clients.writable(),
                    commands -> clients.askOfDoubts(node.node(), commands));
        });
    }

    /** For as long as all are slow, unless somebody has had no answer on a connection of his own, either. */
    private void awaitKept(List<? extends Inquiry<?>> all, Instant begin) throws InterruptedException {
        Duration step = timeout.dividedBy(PATIENCE);
        Duration atMost = patience.untilElsewhere(step, begin);
        Duration waited = step;
        await(all, begin, waited);
        while (!doubted && waited.compareTo(atMost) < 0) {
            waited = waited.plus(step);
            await(all, begin, waited.compareTo(atMost) < 0 ? waited : atMost);
        }
        doubted = false;
    }

    /** Waits for those that were asked in this round; whoever is slower than a round is not waited for in the next one. */
    private void await(List<? extends Inquiry<?>> all, Instant begin, Duration atMost) throws InterruptedException {
        Instant until = begin.plus(atMost);
        for (Inquiry<?> inquiry : all) {
            if (inquiry.owes() && inquiry.askedAt().equals(begin)) {
                boolean unused = inquiry.await(Duration.between(time.now(), until));
            }
        }
        patience.late(until, time.now());
    }

    /** What a node that is slower than others is worth is said only when nothing explains it but the node. */
    private void judgeSilent(List<ClusterNode> asked, List<? extends Inquiry<?>> all) {
        Instant now = time.now();
        shareSilence(asked, now);
        for (ClusterNode node : asked) {
            Inquiry<?> inquiry = probe(node).inquiry();
            if (inquiry.owes()
                    && patience.isOver(inquiry, all, now)
                    && !machine.silences(STORE, inquiry.askedAt(), now)) {
                String fault = "no answer within "
                        + Duration.between(inquiry.askedAt(), now).toMillis() + " ms";
                ClusterNode.Verdict before = node.verdict();
                if (before == null || before.fault() == null) {
                    node.hangs(fault);
                }
            }
        }
    }

    /** Tells the other stores if every node that is up owes its answer. */
    private void shareSilence(List<ClusterNode> asked, Instant now) {
        List<? extends Inquiry<?>> up = asked.stream()
                .filter(ClusterNode::answered)
                .map(node -> probe(node).inquiry())
                .toList();
        if (!up.isEmpty()
                && up.stream()
                        .allMatch(inquiry -> inquiry.owes()
                                && !now.isBefore(inquiry.askedAt().plus(timeout)))) {
            Instant after =
                    up.stream().map(Inquiry::answeredAt).max(Instant::compareTo).orElse(now);
            machine.silent(STORE, after, now, now.plus(patience.longest()));
        }
    }

    private static <T> T get(CompletableFuture<T> future, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** What is said of a node that could not be asked: its innermost cause, unless that is of TLS, which says more. */
    static String fault(Exception error) {
        Throwable cause = RedisErrors.bare(error);
        while (cause.getCause() != null && !(cause instanceof TlsFault)) {
            cause = cause.getCause();
        }
        return RedisErrors.text(cause);
    }

    private void publish(String state) {
        ClusterView before = view;
        ClusterView next = members.isEmpty()
                ? ClusterVerdicts.ofSeeds(seeds, before, time.now())
                : ClusterVerdicts.of(state, members, nodes, before, time.now());
        lock.lock();
        try {
            view = next;
            seen.signalAll();
        } finally {
            lock.unlock();
        }
        if (next.health() != Health.UP && before.health() == Health.UP) {
            toll.fault(time.now());
        }
        toll.look(next.health() != Health.DOWN, time.now());
        told.look(next, time.now());
        news.look(next.nodes().stream().map(this::news).toList(), time.now());
        if (!next.describe().equals(before.describe())) {
            changed.run();
        }
    }

    private ClusterNews.Node news(NodeHealth health) {
        Optional<ClusterNode> known = probes.keySet().stream()
                .filter(node -> node.node().equals(health.node()))
                .findFirst();
        return new ClusterNews.Node(
                health,
                known.flatMap(ClusterNode::failure),
                known.map(ClusterNode::verdict)
                        .map(ClusterNode.Verdict::refused)
                        .orElse(List.of()));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        lock.lock();
        try {
            seen.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(timeout.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
