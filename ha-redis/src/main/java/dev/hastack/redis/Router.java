package dev.hastack.redis;

import dev.hastack.core.config.Address;
import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.Reason;
import dev.hastack.core.monitor.GracePeriod;
import dev.hastack.core.monitor.Monitor;
import dev.hastack.core.monitor.Sweep;
import dev.hastack.core.monitor.Toll;
import dev.hastack.core.select.ReadPolicy;
import dev.hastack.core.select.Waits;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls to nodes. While a call's role has a node whose gate is open, that is one volatile read; otherwise the call
 * is held here, in order, until the topology has one or its time is over. Looks every few milliseconds for what takes too
 * long, on a thread of its own, which sleeps while nothing is under way. Thread-safe. Longer than most since a call that is held, sent, sent again or out of
 * time is one matter: who moves it on has to know all of these.
 */
final class Router implements Dispatcher, Sweep.Work {
    /** While calls are held, which go on as soon as there is a node. */
    private static final long TICK = 5_000_000L;
    /** While there are none: a turn costs all commands that are under way, and late ones are so by tens of milliseconds. */
    private static final long CALM_TICK = 10_000_000L;

    private final RedisConfig config;
    private final ReadPolicy policy;
    private final Supplier<Collection<NodeChannel>> channels;
    private final Supplier<String> besides;
    private final Executor callbacks;
    private final Queue<Call<?, ?, ?>> heldReads = new ConcurrentLinkedQueue<>();
    private final Queue<Call<?, ?, ?>> heldWrites = new ConcurrentLinkedQueue<>();
    private final AtomicInteger holdingWrites = new AtomicInteger();
    private final AtomicInteger holdingReads = new AtomicInteger();
    /** Calls with a second attempt, which have a deadline of their own. */
    private final Queue<Call<?, ?, ?>> rerouted = new ConcurrentLinkedQueue<>();

    private final Sweep sweep = new Sweep("ha-redis-all-router", "the router of redis", this);
    private final Handover handover = new Handover();
    private volatile RedisRoutes routes;
    private volatile @Nullable Monitor monitor;
    private volatile Toll toll = new Toll("redis");
    private volatile boolean closing;
    private volatile boolean closed;

    /**
     * @param besides what may be the reason, behind the topology, that there is no node
     * @param callbacks where callers are told of failures
     */
    Router(
            RedisConfig config,
            ReadPolicy policy,
            RedisRoutes routes,
            Supplier<Collection<NodeChannel>> channels,
            Supplier<String> besides,
            Executor callbacks) {
        this.config = config;
        this.policy = policy;
        this.routes = routes;
        this.channels = channels;
        this.besides = besides;
        this.callbacks = callbacks;
    }

    void start(Monitor over) {
        monitor = over;
        toll = over.toll();
        sweep.start();
    }

    /** How deadlines are put off after a pause of this process. */
    GracePeriod grace() {
        return sweep.grace();
    }

    @Override
    public RedisConfig config() {
        return config;
    }

    ReadPolicy policy() {
        return policy;
    }

    RedisRoutes routes() {
        return routes;
    }

    /** Routes by these from now on. */
    void publish(RedisRoutes next) {
        routes = next;
        wake();
    }

    /** A Sentinel is about to promote this node; what it publishes of one that leads already is late. */
    void announced(Address successor, Optional<String> node, String sentinel) {
        NodeChannel writer = routes.writer();
        if (writer != null && node.filter(writer.node()::equals).isEmpty()) {
            handover.announced(writer, successor, sentinel);
        }
    }

    /** Whether a Sentinel is about to replace this primary, so that writes wait. */
    boolean pauses(NodeChannel primary) {
        return handover.pauses(primary);
    }

    /** What was announced will not be. */
    void givenUp() {
        handover.givenUp();
        wake();
    }

    void report(NodeChannel channel, Kind kind, Throwable error) {
        Monitor over = monitor;
        if (over != null) {
            over.report(channel.node(), channel.generation(), kind, error);
        }
    }

    @Override
    public void route(Call<?, ?, ?> call) {
        if (closed) {
            call.end(new RedisClosedException());
        } else if (!call.read() && holdingWrites.get() > 0) {
            // Behind those that came before.
            hold(call);
        } else if (!sent(call, call.tried().isEmpty() ? call.bornAt() : System.nanoTime())) {
            hold(call);
        }
    }

    @Override
    public Toll toll() {
        return toll;
    }

    /** Sends those that go to one node in one flush. */
    @Override
    public <K, V> void route(List<Call<K, V, ?>> calls) {
        if (calls.isEmpty()) {
            return;
        }
        RedisRoutes now = upToDate(calls.get(0).bornAt());
        Map<NodeChannel, List<Call<K, V, ?>>> byChannel = new LinkedHashMap<>();
        for (Call<K, V, ?> call : calls) {
            NodeChannel channel = !call.read() && holdingWrites.get() > 0 ? null : choose(now, call);
            if (channel == null || closed || !channel.hasRoom()) {
                route(call);
            } else {
                byChannel.computeIfAbsent(channel, any -> new ArrayList<>()).add(call);
            }
        }
        byChannel.forEach((channel, batch) -> {
            if (!channel.send(batch, System.nanoTime())) {
                batch.forEach(this::route);
            }
        });
    }

    @Override
    public void again(Call<?, ?, ?> call) {
        if (call.over()) {
            return;
        }
        if (call.outOfTime(grace(), System.nanoTime())) {
            call.end(call.lastFailure().orElseGet(() -> nobody(call)));
        } else if (call.read()) {
            watch(call);
            route(call);
        } else {
            hold(call);
        }
    }

    @Override
    public void besides(Call<?, ?, ?> call) {
        NodeChannel other = routes.readerBesides(call.tried());
        if (other != null && !call.tried().contains(other.node())) {
            watch(call);
            boolean unused = other.send(call, System.nanoTime());
        }
    }

    @Override
    public boolean elsewhere(Call<?, ?, ?> call) {
        RedisRoutes now = routes;
        NodeChannel other = now.readerBesides(call.tried());
        if (other == null || call.tried().contains(other.node()) || !admits(now, other) || !other.hasRoom()) {
            return false;
        }
        watch(call);
        return other.send(call, System.nanoTime());
    }

    private void watch(Call<?, ?, ?> call) {
        rerouted.add(call);
        busy();
    }

    private boolean sent(Call<?, ?, ?> call, long now) {
        NodeChannel channel = choose(call.read() ? upToDate(now) : routes, call);
        if (channel == null) {
            return false;
        }
        if (!channel.hasRoom()) {
            call.end(new RedisOverloadedException(
                    call.describe() + "not sent: " + config.maxInFlight() + " commands are under way at "
                            + channel.node() + ", as many as ha.redis.max-in-flight allows",
                    channel.node()));
            return true;
        }
        return channel.send(call, now);
    }

    /** What reads of that time may go by. */
    private RedisRoutes upToDate(long now) {
        Monitor over = monitor;
        if (routes.outdated(now) && over != null) {
            over.refresh();
        }
        return routes;
    }

    private @Nullable NodeChannel choose(RedisRoutes now, Call<?, ?, ?> call) {
        if (!call.read()) {
            NodeChannel writer = now.writer();
            return writer == null || handover.pauses(writer) ? null : writer;
        }
        NodeChannel channel = call.tried().isEmpty() ? now.reader() : now.readerBesides(call.tried());
        if (channel != null && (call.tried().contains(channel.node()) || !admits(now, channel))) {
            return null;
        }
        return channel;
    }

    /** The bulkhead: reads that no replica serves must not crowd out the primary's writes. */
    private boolean admits(RedisRoutes now, NodeChannel channel) {
        return channel != now.diversion() || channel.hasRoomForDiverted();
    }

    private void hold(Call<?, ?, ?> call) {
        AtomicInteger holding = call.read() ? holdingReads : holdingWrites;
        if (holding.incrementAndGet() > config.maxWaiting()) {
            holding.decrementAndGet();
            call.end(new RedisOverloadedException(
                    call.describe() + "not sent: " + config.maxWaiting()
                            + " commands wait for a node, as many as ha.redis.max-waiting allows; "
                            + routes.snapshot().describe(now()),
                    null));
            return;
        }
        toll.held();
        (call.read() ? heldReads : heldWrites).add(call);
        if (closed) {
            // close() may have looked before it was there.
            call.end(new RedisClosedException());
        }
        wake();
    }

    /**
     * Tells a caller of its call's end: on a thread of Lettuce's, since what he does then may take long, and who ends a call may
     * hold the monitor's lock, or have to look after others.
     */
    @Override
    public void tell(Runnable end) {
        try {
            callbacks.execute(end);
        } catch (RejectedExecutionException e) {
            // Closed.
            end.run();
        }
    }

    /** Something is under way: look after it. */
    void busy() {
        sweep.busy();
    }

    /** Whether commands wait for a node. */
    boolean awaited() {
        return holdingWrites.get() > 0 || holdingReads.get() > 0;
    }

    /** A channel takes commands from now on. */
    void connected() {
        wake();
        Monitor over = monitor;
        if (over != null) {
            over.wake();
        }
    }

    /** Something changed that a held call may wait for. */
    void wake() {
        sweep.wake();
    }

    @Override
    public long rest() {
        return awaited() ? TICK : CALM_TICK;
    }

    @Override
    public boolean look(long now) {
        release(heldWrites, holdingWrites, now);
        release(heldReads, holdingReads, now);
        boolean busy = !heldReads.isEmpty() || !heldWrites.isEmpty();
        if (!heldWrites.isEmpty()) {
            seekSuccessor();
        }
        for (NodeChannel channel : channels.get()) {
            busy |= channel.sweep(now);
        }
        for (Iterator<Call<?, ?, ?>> all = rerouted.iterator(); all.hasNext(); ) {
            Call<?, ?, ?> call = all.next();
            if (call.over()) {
                all.remove();
                call.tellWhoDenied();
            } else if (call.outOfTime(grace(), now)) {
                all.remove();
                call.end(call.lastFailure().orElseGet(() -> nobody(call)));
            }
        }
        return busy || !rerouted.isEmpty();
    }

    /** Probes those that may lead by now; the monitor would not, since it knows a primary. */
    void seekSuccessor() {
        RedisRoutes now = routes;
        NodeChannel writer = now.writer();
        Monitor over = monitor;
        if (over != null && writer != null && handover.pauses(writer)) {
            now.channels().keySet().stream()
                    .filter(node -> !node.equals(writer.node()))
                    .forEach(over::hint);
        }
    }

    private void release(Queue<Call<?, ?, ?>> held, AtomicInteger holding, long time) {
        RedisRoutes now = routes;
        int count = holding.get();
        for (int i = 0; i < count; i++) {
            Call<?, ?, ?> call = held.peek();
            if (call == null) {
                return;
            }
            call.forgetTried();
            if (!call.over() && choose(now, call) == null) {
                if (!now.hopeless() && !call.outOfTime(grace(), time)) {
                    return;
                }
                call.end(nobody(call));
            }
            held.poll();
            if (!call.over() && !sent(call, System.nanoTime())) {
                // Its channel has just closed: to the end of the queue is out of order, and better than lost.
                held.add(call);
                return;
            }
            holding.decrementAndGet();
        }
    }

    private Throwable nobody(Call<?, ?, ?> call) {
        RedisRoutes now = routes;
        String text = call.describe()
                + (now.hopeless()
                        ? Waits.denied(RedisErrors.CREDENTIALS, now.snapshot(), now())
                        : call.read()
                                ? Waits.read(policy, config.reads().maxWait(), now.snapshot(), now()) + crowded(now)
                                : Waits.write(config.writes().maxWait(), now.snapshot(), now()) + unconnected(now))
                + besides.get();
        Reason reason = RedisFailures.reason(now);
        RedisException error = call.read()
                ? new RedisNoReplicaException(text, reason, now.snapshot())
                : new RedisNoPrimaryException(text, call.unsentOr(Outcome.UNKNOWN), reason, now.snapshot());
        call.lastError().ifPresent(error::addSuppressed);
        return error;
    }

    /** That there is a node, and why it does not take a read; empty if that is not so. */
    private String crowded(RedisRoutes now) {
        NodeChannel only = now.readerBesides(Set.of());
        return only == null || admits(now, only)
                ? ""
                : "; " + only.node()
                        + " serves as many reads in place of replicas as ha.redis.reads.primary-share allows";
    }

    /** Why there is no connection to a primary that is known; empty if that is not so. */
    private static String unconnected(RedisRoutes now) {
        NodeChannel primary = now.primary();
        if (primary != null && primary.silent()) {
            return "; the connection to " + primary.node()
                    + " does not answer, and nothing is sent on it until it does or is replaced";
        }
        Throwable why = primary == null || primary.ready() ? null : primary.connectFailure();
        return primary == null || why == null
                ? ""
                : "; cannot connect to " + primary.node() + ": " + RedisErrors.text(why);
    }

    private Instant now() {
        Monitor over = monitor;
        return over == null ? Instant.EPOCH : over.time().now();
    }

    /** Whether no new calls are taken. */
    @Override
    public boolean closing() {
        return closing;
    }

    /** Takes no new calls, and waits until nothing is under way, but not for longer; whether that came true. */
    boolean drain(Duration atMost) {
        closing = true;
        long until = System.nanoTime() + atMost.toNanos();
        while (pending()) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            LockSupport.parkNanos(TICK);
        }
        return true;
    }

    @Override
    public boolean pending() {
        return !heldReads.isEmpty()
                || !heldWrites.isEmpty()
                || channels.get().stream().anyMatch(channel -> channel.underWay() > 0);
    }

    /** Ends what is still held or under way. */
    void close() {
        closed = true;
        sweep.end();
        RedisClosedException error = new RedisClosedException();
        heldWrites.forEach(call -> call.end(error));
        heldReads.forEach(call -> call.end(error));
    }
}
