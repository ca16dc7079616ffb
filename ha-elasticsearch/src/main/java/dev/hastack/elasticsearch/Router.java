package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.monitor.GracePeriod;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Sweep;
import dev.hastack.core.monitor.Toll;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import dev.hastack.core.topology.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the calls under way: every few milliseconds for what takes too long or waits for a node, on a thread of its own, which
 * sleeps while there is nothing. Thread-safe.
 */
final class Router implements Sweep.Work {
    private static final long TICK = 5_000_000L;
    /** Between two rounds of hints to the monitor that some node may hang. */
    private static final long SUSPECT_EVERY = 200_000_000L;

    private static final long SWEEP_EVERY = 10_000_000_000L;
    /** Of ten reads one may be sent twice for nothing but slowness; so many may be saved up. */
    private static final int REROUTE_COST = 10;

    /** For how long connections are trusted after a mistake, in ns. */
    private static final long LEAST_TRUST = 2_000_000_000L;

    private static final long MOST_TRUST = 300_000_000_000L;

    /** For so long, in ns, no other client is replaced for its silence, unless new connections were what was wanting. */
    private static final long TRIAL = 1_000_000_000L;

    /** After an answer on new connections; what was only slow has its answer by then on the old ones, too. */
    private static final long GRACE = 100_000_000L;

    private static final int MOST_SAVED = 10 * REROUTE_COST;

    private final ElasticsearchConfig config;
    private final Guards guards;
    private final Queue<Call<?, ?>> calls = new ConcurrentLinkedQueue<>();
    /** Clients that were replaced, and have yet to be closed. */
    private final Queue<NodeChannel.Client> old = new ConcurrentLinkedQueue<>();

    private final IdleConnections idle = new IdleConnections();
    private final Queue<NodeChannel> hung = new ConcurrentLinkedQueue<>();
    /** Nodes that are down and let nobody in, and since when, as {@link System#nanoTime()}. */
    private final Map<NodeChannel, Long> down = new ConcurrentHashMap<>();

    private final AtomicInteger saved = new AtomicInteger(MOST_SAVED);
    private final LongAdder partial = new LongAdder();
    private final AtomicLong suspectedAt = new AtomicLong(System.nanoTime() - SUSPECT_EVERY);
    /** Sends again; runs code of ours alone. */
    private final ThreadPoolExecutor senders =
            new ThreadPoolExecutor(4, 4, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads("again"));
    /** Tells callers; their code may block. */
    private final ThreadPoolExecutor callbacks = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads("callback"));

    private final Sweep sweep = new Sweep("ha-elasticsearch-all-router", "the router of elasticsearch", this);
    private volatile long trust = LEAST_TRUST / 2;
    private final AtomicLong trustUntil = new AtomicLong(System.nanoTime());
    private volatile ElasticsearchRoutes routes;
    private volatile @Nullable Monitor monitor;
    private volatile Toll toll = new Toll("elasticsearch");
    private volatile boolean closing;
    private volatile boolean closed;
    private long sweptAt = System.nanoTime();
    /** The last client that was replaced for its silence. */
    private @Nullable Trial trial;

    /**
     * Where all is slow, all clients are silent, and new connections help nobody: so one shows first what they are worth.
     *
     * @param sentAt when the request was sent that has no answer
     * @param answeredAt when an answer on new connections was seen; 0 while there is none
     */
    private record Trial(NodeChannel channel, NodeChannel.Client replaced, long sentAt, long since, long answeredAt) {
        boolean answered() {
            NodeChannel.Client next = channel.client();
            return next != replaced && next.answered();
        }

        Trial seen(long now) {
            return new Trial(channel, replaced, sentAt, since, now | 1);
        }
    }

    Router(ElasticsearchConfig config, ElasticsearchRoutes routes) {
        this.config = config;
        this.guards = new Guards(config);
        this.routes = routes;
        senders.allowCoreThreadTimeOut(true);
    }

    private static ThreadFactory threads(String what) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread made = new Thread(task, "ha-elasticsearch-all-" + what + "-" + count.incrementAndGet());
            made.setDaemon(true);
            return made;
        };
    }

    void start(Monitor over) {
        monitor = over;
        toll = over.toll();
        sweep.start();
    }

    ElasticsearchConfig config() {
        return config;
    }

    /** How deadlines are put off after a pause of this process. */
    GracePeriod grace() {
        return sweep.grace();
    }

    /** Where it is counted what faults cost callers. */
    Toll toll() {
        return toll;
    }

    Guards guards() {
        return guards;
    }

    ElasticsearchRoutes routes() {
        return routes;
    }

    /** Routes by these from now on. */
    void publish(ElasticsearchRoutes next) {
        routes = next;
        wake();
    }

    /** Whether requests wait for a node. */
    boolean awaited() {
        return routes.best().isEmpty() && !calls.isEmpty();
    }

    /** Why it is in vain to wait, where every node denies access. */
    String denied(String check) {
        return Waits.denied(check, routes.snapshot(), now());
    }

    /** The topology in one line. */
    String topology() {
        return routes.snapshot().describe(now());
    }

    private Instant now() {
        Monitor over = monitor;
        return over == null ? Instant.EPOCH : over.time().now();
    }

    boolean closing() {
        return closing || closed;
    }

    /** Looks after it until it ends. */
    void begin(Call<?, ?> call) {
        calls.add(call);
        saved.getAndUpdate(s -> Math.min(MOST_SAVED, s + 1));
        busy();
        call.begin(guards.limits(call.index(), routes.usable()));
    }

    void report(NodeChannel channel, int generation, Kind kind, Throwable error) {
        Monitor over = monitor;
        if (over != null) {
            over.report(channel.node(), generation, kind, error);
        }
    }

    /** Has the monitor look whether some node hangs. */
    void suspect(long now) {
        long last = suspectedAt.get();
        Monitor over = monitor;
        if (over != null && now - last >= SUSPECT_EVERY && suspectedAt.compareAndSet(last, now)) {
            routes.channels().keySet().forEach(over::hint);
        }
    }

    /** Whether a read that takes long may be sent to another node: always if one node seems to hang and another does not, else within a budget. */
    boolean mayReroute(long now) {
        return routes.hang(now) || saved.getAndUpdate(s -> s >= REROUTE_COST ? s - REROUTE_COST : s) >= REROUTE_COST;
    }

    /** Counts an answer that was not complete. */
    void flagged() {
        partial.increment();
    }

    long partial() {
        return partial.sum();
    }

    /** The node's generation is over. */
    void retire(NodeChannel channel, boolean interrupt) {
        if (interrupt) {
            hung.add(channel);
            wake();
        } else if (is(channel, NodeView::letsNobodyIn)) {
            down.put(channel, System.nanoTime());
            wake();
        }
    }

    private boolean is(NodeChannel channel, Predicate<NodeView> so) {
        return routes.snapshot().node(channel.node()).filter(so).isPresent();
    }

    /** Gives up what is under way at nodes that have been down for long; whether there are such nodes. */
    private boolean leave(GracePeriod grace, long now) {
        down.keySet().removeIf(channel -> !is(channel, node -> node.status() == Status.DOWN));
        down.entrySet().removeIf(node -> {
            long since = node.getValue();
            boolean over = grace.passed(since, since + NodeView.LAST_ANSWERS.toNanos(), now);
            if (over) {
                calls.forEach(call -> call.nodeDown(node.getKey()));
                renew(node.getKey(), node.getKey().client(), NodeChannel.Renewal.SILENT);
            }
            return over;
        });
        return !down.isEmpty();
    }

    /**
     * An attempt has had no answer for long, which its node need not know of: a firewall may have forgotten the connection. It, and the others
     * of an age with it, lead no new request astray; what is under way on them may still be answered. Called by the router's thread alone.
     *
     * @param certain whether it is given up for that: then its client is replaced, unless no answer has left it a connection to use again, and
     *     those on which nothing is under way, at no cost; else only if it has brought nothing else either, and no other is on trial
     */
    void doubt(Attempt<?> attempt, boolean certain, long now) {
        NodeChannel channel = attempt.channel();
        NodeChannel.Client client = attempt.client();
        boolean silent = client.fellSilent(attempt.sentAt(), now);
        if (certain) {
            if (silent && !trusts(now)) {
                client.doubt();
            }
            if (client.answered()) {
                renew(channel, client, NodeChannel.Renewal.SILENT);
            }
            replaceIdle(attempt.sentAt(), now);
        } else if (silent && doubts(now) && channel.client() == client) {
            client.doubt();
            trial = new Trial(channel, client, attempt.sentAt(), now, 0);
            renew(channel, client, NodeChannel.Renewal.SILENT);
        }
    }

    /** A request that was sent then seems to be lost with its connection, as others may be that are idle. */
    void lost(long sentAt) {
        idle.lost(routes.channels().values(), sentAt, System.nanoTime());
    }

    private void replaceIdle(long sentAt, long now) {
        if (trusts(now)) {
            return;
        }
        for (NodeChannel channel : routes.channels().values()) {
            if (channel.client().unused()) {
                replaceSilent(channel, sentAt, now);
            }
        }
    }

    private void replaceSilent(NodeChannel channel, long sentAt, long now) {
        NodeChannel.Client client = channel.client();
        if (client.fellSilent(sentAt, now)) {
            client.doubt();
            renew(channel, client, NodeChannel.Renewal.SILENT);
        }
    }

    /** If new connections have answers, and the old ones still do not, those of the other nodes that are as silent are replaced as well. */
    private void conclude(long now) {
        Trial last = trial;
        if (last == null) {
            return;
        } else if (last.answeredAt() == 0 && last.answered()) {
            trial = last.seen(now);
        } else if (last.answeredAt() != 0 && now - last.answeredAt() >= GRACE) {
            trial = null;
            if (!trusts(now)) {
                routes.channels().values().forEach(channel -> replaceSilent(channel, last.sentAt(), now));
            }
        } else if (last.answeredAt() == 0 && now - last.since() >= TRIAL) {
            trial = null;
        }
    }

    /** Whether silence is taken for a sign of dead connections now. */
    boolean doubts(long now) {
        return trial == null && !trusts(now);
    }

    private boolean trusts(long now) {
        return now - trustUntil.get() < 0;
    }

    /**
     * An answer came on connections that had been replaced: requests are slow here, and silence says nothing for a while, the longer the
     * more often that was so. Answers that come meanwhile are of the same slowness: many requests may have been under way.
     */
    void mistaken(long now) {
        long until = trustUntil.get();
        long next = now - until > MOST_TRUST ? LEAST_TRUST : Math.min(2 * trust, MOST_TRUST);
        if (now - until >= 0 && trustUntil.compareAndSet(until, now + next)) {
            trust = next;
        }
    }

    /** Replaces a client that is dead, soon; no request that begins from now on is sent on it. */
    void renew(NodeChannel channel, NodeChannel.Client dead, NodeChannel.Renewal why) {
        dead.retire(why);
        send(() -> {
            channel.renew(dead, why);
            if (channel.client() != dead && !old.contains(dead)) {
                old.add(dead);
            }
        });
    }

    /** Runs what sends a request again, which serializes it, and may have to look up a host. */
    void send(Runnable task) {
        try {
            senders.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed; the calls have been ended.
        }
    }

    void tell(Runnable end) {
        try {
            callbacks.execute(end);
        } catch (RejectedExecutionException e) {
            end.run();
        }
    }

    /** Something is under way: look after it. */
    void busy() {
        sweep.busy();
    }

    void wake() {
        sweep.wake();
    }

    @Override
    public boolean pending() {
        return !calls.isEmpty();
    }

    @Override
    public long rest() {
        return TICK;
    }

    @Override
    public boolean look(long now) {
        GracePeriod grace = grace();
        for (NodeChannel channel = hung.poll(); channel != null; channel = hung.poll()) {
            NodeChannel lost = channel;
            calls.forEach(call -> call.nodeLost(lost));
            renew(lost, lost.client(), NodeChannel.Renewal.HUNG);
        }
        boolean leaves = leave(grace, now);
        for (NodeChannel channel : routes.channels().values()) {
            if (!channel.running()) {
                NodeChannel.Client dead = channel.client();
                renew(channel, dead, NodeChannel.Renewal.DEAD);
                calls.forEach(call -> call.clientLost(dead));
            }
        }
        idle.look(routes.channels().values(), now);
        Trial last = trial;
        conclude(last == null ? now : grace.counted(last.sentAt(), now));
        for (Iterator<Call<?, ?>> all = calls.iterator(); all.hasNext(); ) {
            if (all.next().tick(now, grace)) {
                all.remove();
            }
        }
        old.removeIf(client -> {
            boolean unused = client.unused();
            if (unused) {
                send(() -> NodeChannel.close(client));
            }
            return unused;
        });
        if (now - sweptAt >= SWEEP_EVERY) {
            sweptAt = now;
            guards.sweep();
        }
        return leaves || trial != null || !calls.isEmpty() || !old.isEmpty();
    }

    /** Takes no new calls, and waits until nothing is under way, but not for longer; whether that came true. */
    boolean drain(Duration atMost) {
        closing = true;
        long until = System.nanoTime() + atMost.toNanos();
        while (calls.stream().anyMatch(call -> !call.over())) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            LockSupport.parkNanos(TICK);
        }
        return true;
    }

    /** Ends what is still under way. */
    void close() {
        closed = true;
        sweep.end();
        calls.forEach(Call::stop);
        old.forEach(NodeChannel::close);
        senders.shutdown();
        callbacks.shutdown();
    }
}
