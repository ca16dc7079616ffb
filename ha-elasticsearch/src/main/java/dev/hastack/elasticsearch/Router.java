package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.topology.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Queue;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the calls under way: every few milliseconds for what takes too long or waits for a node, on a thread of its own, which
 * sleeps while there is nothing. Thread-safe.
 */
final class Router implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Router.class);
    private static final long TICK = 5_000_000L;
    private static final long IDLE = 1_000_000_000L;
    /** How many ticks without work before it sleeps: to wake it costs more than some idle ticks. */
    private static final int IDLE_TICKS = 20;
    /** Between two rounds of hints to the monitor that some node may hang. */
    private static final long SUSPECT_EVERY = 200_000_000L;

    private static final long SWEEP_EVERY = 10_000_000_000L;
    /** Of ten reads one may be sent twice for nothing but slowness; so many may be saved up. */
    private static final int REROUTE_COST = 10;

    private static final int MOST_SAVED = 10 * REROUTE_COST;

    private final ElasticsearchConfig config;
    private final Guards guards;
    private final Queue<Call<?, ?>> calls = new ConcurrentLinkedQueue<>();
    /** Clients that were replaced, and have yet to be closed. */
    private final Queue<NodeChannel.Client> old = new ConcurrentLinkedQueue<>();

    private final Queue<NodeChannel> hung = new ConcurrentLinkedQueue<>();
    private final AtomicInteger saved = new AtomicInteger(MOST_SAVED);
    private final LongAdder partial = new LongAdder();
    private final AtomicLong suspectedAt = new AtomicLong(System.nanoTime() - SUSPECT_EVERY);
    /** Sends again; runs code of ours alone. */
    private final ThreadPoolExecutor senders =
            new ThreadPoolExecutor(4, 4, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads("again"));
    /** Tells callers; their code may block. */
    private final ThreadPoolExecutor callbacks = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads("callback"));

    private final Thread thread = new Thread(this, "ha-elasticsearch-all-router");
    private volatile ElasticsearchRoutes routes;
    private volatile @Nullable Monitor monitor;
    private volatile boolean asleep;
    private volatile boolean closing;
    private volatile boolean closed;
    private long sweptAt = System.nanoTime();

    Router(ElasticsearchConfig config, ElasticsearchRoutes routes) {
        this.config = config;
        this.guards = new Guards(config);
        this.routes = routes;
        thread.setDaemon(true);
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
        thread.start();
    }

    ElasticsearchConfig config() {
        return config;
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

    /** The topology in one line. */
    String topology() {
        Monitor over = monitor;
        return routes.snapshot()
                .describe(over == null ? Instant.EPOCH : over.time().now());
    }

    boolean closing() {
        return closing || closed;
    }

    /** Looks after it until it ends. */
    void begin(Call<?, ?> call, boolean read) {
        calls.add(call);
        if (read) {
            saved.getAndUpdate(s -> Math.min(MOST_SAVED, s + 1));
        }
        busy();
        call.dispatch();
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
        }
    }

    /** Replaces a client that is dead. */
    void renew(NodeChannel channel, NodeChannel.Client dead) {
        send(() -> {
            channel.renew(dead);
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
        if (asleep) {
            wake();
        }
    }

    void wake() {
        asleep = false;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        int idle = 0;
        while (!closed) {
            try {
                idle = tick(System.nanoTime()) ? 0 : idle + 1;
                asleep = idle > IDLE_TICKS;
                if (asleep && !calls.isEmpty()) {
                    // It came after the tick, and saw no need to wake anybody.
                    asleep = false;
                }
                LockSupport.parkNanos(this, asleep ? IDLE : TICK);
            } catch (Throwable e) {
                log.atError().setCause(e).log("the router of elasticsearch failed and goes on");
                LockSupport.parkNanos(this, TICK);
            }
        }
    }

    /** Whether anything is under way. */
    private boolean tick(long now) {
        for (NodeChannel channel = hung.poll(); channel != null; channel = hung.poll()) {
            NodeChannel lost = channel;
            calls.forEach(call -> call.nodeLost(lost));
            renew(lost, lost.client());
        }
        for (NodeChannel channel : routes.channels().values()) {
            if (!channel.running()) {
                NodeChannel.Client dead = channel.client();
                renew(channel, dead);
                calls.forEach(call -> call.clientLost(dead));
            }
        }
        for (Iterator<Call<?, ?>> all = calls.iterator(); all.hasNext(); ) {
            if (all.next().tick(now)) {
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
        return !calls.isEmpty() || !old.isEmpty();
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
        wake();
        StackClosedException error = new StackClosedException("elasticsearch: the stack has been closed");
        calls.forEach(call -> call.stop(error));
        old.forEach(NodeChannel::close);
        senders.shutdown();
        callbacks.shutdown();
    }
}
