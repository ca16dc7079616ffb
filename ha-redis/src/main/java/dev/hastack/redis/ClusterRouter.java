package dev.hastack.redis;

import dev.hastack.core.config.RedisConfig;
import dev.hastack.core.failure.Outcome;
import dev.hastack.core.failure.spi.Verdict;
import dev.hastack.core.monitor.Sweep;
import dev.hastack.core.monitor.Toll;
import dev.hastack.core.topology.NodeView;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ConnectionIntent;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends calls to a Redis Cluster. Where to is Lettuce's business; ours is what becomes of a call that is not answered: a
 * read goes to another node of its slot, a write that was not sent waits for a primary, behind older ones of its slot. Looks
 * every few milliseconds for what takes too long, on a thread of its own. One per connection, of whose life it is.
 * Thread-safe. Longer than most, since all of it is the life of one call.
 */
final class ClusterRouter implements Dispatcher, Sweep.Work {
    private static final Logger log = LoggerFactory.getLogger(ClusterRouter.class);
    private static final long TICK = 5_000_000L;
    /** How many ticks a held call rests between attempts: each costs an exception. */
    private static final int REST = 4;

    /** Words that only a cluster has: not done here, and a fresh view knows where. */
    private static final Set<String> MOVING = Set.of("MOVED", "ASK", "TRYAGAIN");

    private final RedisConfig config;
    private final ClusterNodes nodes;
    private final ClusterConnection<?, ?> connection;
    private final BooleanSupplier closing;
    private final Supplier<ClusterView> view;
    private final Executor callbacks;
    private final Toll toll;
    private final UnderWay underWay;
    private final SlotQueue heldWrites = new SlotQueue();
    private final SlotQueue heldReads = new SlotQueue();
    private final Sweep sweep = new Sweep("ha-redis-cluster-router", "the router of a Redis Cluster", this);
    /** Reads that one node denied and another was asked for. */
    private final Queue<Call<?, ?, ?>> denied = new ConcurrentLinkedQueue<>();

    private int looks;
    private volatile boolean closed;

    /**
     * @param closing whether new calls are refused
     * @param view of the cluster, as of the last probes
     * @param callbacks where callers are told of failures
     * @param toll of the cluster
     */
    ClusterRouter(
            RedisConfig config,
            ClusterNodes nodes,
            ClusterConnection<?, ?> connection,
            BooleanSupplier closing,
            Supplier<ClusterView> view,
            Executor callbacks,
            Toll toll) {
        this.config = config;
        this.nodes = nodes;
        this.connection = connection;
        this.closing = closing;
        this.view = view;
        this.callbacks = callbacks;
        this.toll = toll;
        this.underWay = new UnderWay(config, sweep.grace());
    }

    void start() {
        sweep.start();
    }

    @Override
    public RedisConfig config() {
        return config;
    }

    @Override
    public Toll toll() {
        return toll;
    }

    @Override
    public boolean closing() {
        return closing.getAsBoolean();
    }

    @Override
    public String dedicated() {
        return "a RedisClusterClient of your own for it: ha-stack has no connection of one caller to a Redis Cluster";
    }

    @Override
    public String subscriber() {
        return "HaRedisCluster.pubSub()";
    }

    @Override
    public Verdict verdict(String reply) {
        return MOVING.contains(RedisErrors.firstWord(reply)) ? RedisErrors.MOVED : RedisErrors.verdict(reply);
    }

    @Override
    public void route(Call<?, ?, ?> call) {
        if (closed) {
            call.end(gone());
        } else if (!call.read() && heldWrites.size() > 0 && heldWrites.holds(slot(call))) {
            hold(call);
        } else {
            Attempt<?, ?, ?> unused = send(call, call.bornAt());
        }
    }

    @Override
    public <K, V> void route(List<Call<K, V, ?>> calls) {
        calls.forEach(this::route);
    }

    @Override
    public void again(Call<?, ?, ?> call) {
        if (call.over()) {
            return;
        }
        if (closed) {
            call.end(gone());
        } else if (call.outOfTime(sweep.grace(), System.nanoTime())) {
            call.end(call.lastFailure().orElseGet(() -> nobody(call)));
        } else if (!call.read() || !toAnother(call)) {
            hold(call);
        }
    }

    @Override
    public void besides(Call<?, ?, ?> call) {
        boolean unused = toAnother(call);
    }

    /** Lettuce's writer would take it for a read again. */
    @Override
    public void toPrimary(Call<?, ?, ?> call) {
        RedisClusterNode primary = primary(slot(call));
        if (primary == null || !sent(call, nodes.at(primary.getUri()), ConnectionIntent.WRITE)) {
            hold(call);
        }
    }

    @Override
    public void tell(Runnable end) {
        try {
            callbacks.execute(end);
        } catch (RejectedExecutionException e) {
            // Closed.
            end.run();
        }
    }

    private Attempt<?, ?, ?> send(Call<?, ?, ?> call, long now) {
        Attempt<?, ?, ?> attempt = begin(call, nodes.nowhere(), now);
        try {
            connection.send(attempt);
        } catch (RedisException e) {
            boolean unused = attempt.completeExceptionally(e);
        }
        if (closed) {
            // close() may have looked before it was there.
            boolean unused = attempt.completeExceptionally(lost());
        }
        return attempt;
    }

    private Attempt<?, ?, ?> begin(Call<?, ?, ?> call, ClusterNode node, long now) {
        Attempt<?, ?, ?> attempt = new Attempt<>(call, node, null, now);
        underWay.add(attempt);
        sweep.busy();
        return attempt;
    }

    @Override
    public boolean elsewhere(Call<?, ?, ?> call) {
        boolean asked = toAnother(call);
        if (asked) {
            denied.add(call);
        }
        return asked;
    }

    /** Sends a read to a node of its slot that has not failed it; false if there is none that can be asked at once. */
    private boolean toAnother(Call<?, ?, ?> call) {
        RedisClusterNode primary = primary(slot(call));
        if (primary == null) {
            return false;
        }
        List<RedisClusterNode> all = connection.getPartitions().stream()
                .filter(node -> node.getNodeId().equals(primary.getNodeId())
                        || primary.getNodeId().equals(node.getSlaveOf()))
                .toList();
        for (RedisClusterNode candidate : nodes.readers(all)) {
            ClusterNode node = nodes.at(candidate.getUri());
            ConnectionIntent intent = candidate.getRole().isUpstream() ? ConnectionIntent.WRITE : ConnectionIntent.READ;
            if (node.answers() && !call.tried().contains(node.node()) && sent(call, node, intent)) {
                return true;
            }
        }
        return false;
    }

    private boolean sent(Call<?, ?, ?> call, ClusterNode node, ConnectionIntent intent) {
        Attempt<?, ?, ?> attempt = begin(call, node, System.nanoTime());
        boolean sent = false;
        try {
            sent = connection.send(attempt, node, intent);
        } catch (RedisException e) {
            log.atDebug().setCause(e).log("{} takes no second attempt", node);
        }
        return sent || !attempt.end(false);
    }

    /** Null if no primary is known for it, or it is of no slot. */
    private @Nullable RedisClusterNode primary(int slot) {
        Partitions partitions = connection.getPartitions();
        return slot < 0 || partitions == null ? null : partitions.getMasterBySlot(slot);
    }

    /** -1 for a command without keys. */
    private static int slot(Call<?, ?, ?> call) {
        CommandArgs<?, ?> args = call.command().getArgs();
        ByteBuffer key = args == null ? null : args.getFirstEncodedKey();
        return key == null ? -1 : SlotHash.getSlot(key);
    }

    private void hold(Call<?, ?, ?> call) {
        SlotQueue queue = call.read() ? heldReads : heldWrites;
        if (view.get().denied()) {
            call.end(nobody(call));
        } else if (!queue.offer(slot(call), call, config.maxWaiting())) {
            call.end(new RedisOverloadedException(
                    call.describe() + "not sent: " + config.maxWaiting()
                            + " commands wait for a node, as many as ha.redis.max-waiting allows; "
                            + view.get().describe(),
                    null));
        } else {
            toll.held();
            if (closed) {
                // close() may have looked before it was there.
                call.end(gone());
            }
        }
        sweep.busy();
    }

    @Override
    public boolean look(long now) {
        if (looks++ % REST == 0) {
            leaveShut(now);
            release(heldWrites, now);
            release(heldReads, now);
        }
        for (Iterator<Call<?, ?, ?>> all = denied.iterator(); all.hasNext(); ) {
            Call<?, ?, ?> call = all.next();
            if (call.over()) {
                all.remove();
                call.tellWhoDenied();
            }
        }
        return underWay.sweep(now) || held() > 0 || !denied.isEmpty();
    }

    @Override
    public boolean pending() {
        return !underWay.isEmpty() || held() > 0;
    }

    @Override
    public long rest() {
        return TICK;
    }

    /** Gives up what has waited for long at nodes that are down and let nobody in. */
    private void leaveShut(long now) {
        Set<ClusterNode> shut = nodes.letNobodyIn(now);
        if (!shut.isEmpty()) {
            long longest = NodeView.LAST_ANSWERS.toNanos();
            underWay.abort(
                    attempt -> shut.contains(attempt.lane())
                            && sweep.grace().passed(attempt.sentAt(), attempt.sentAt() + longest, now),
                    new RedisException("it is down and lets nobody in"));
        }
    }

    private int held() {
        return heldReads.size() + heldWrites.size();
    }

    /** Tries again, with one call per node that does not take any. */
    private void release(SlotQueue held, long now) {
        Set<String> stuck = new HashSet<>();
        for (int slot : held.slots()) {
            RedisClusterNode primary = primary(slot);
            String node = primary == null ? "" : primary.getNodeId();
            do {
                Call<?, ?, ?> call = held.poll(slot);
                if (call == null || call.over()) {
                    continue;
                }
                if (call.outOfTime(sweep.grace(), now)) {
                    call.end(nobody(call));
                } else if (stuck.contains(node)) {
                    boolean unused = held.offer(slot, call, Integer.MAX_VALUE);
                    break;
                } else {
                    call.forgetTried();
                    if (send(call, System.nanoTime()).ended() && !call.over()) {
                        stuck.add(node);
                        break;
                    }
                }
            } while (!held.settle(slot));
        }
    }

    private Throwable nobody(Call<?, ?, ?> call) {
        Duration wait = call.read() ? config.reads().maxWait() : config.writes().maxWait();
        ClusterView seen = view.get();
        String text = call.describe()
                + (seen.denied()
                        ? seen.denial()
                        : "no node took it within " + wait.toMillis() + " ms; " + seen.describe());
        RedisException error = call.read()
                ? new RedisNoReplicaException(text, seen)
                : new RedisNoPrimaryException(text, call.unsentOr(Outcome.UNKNOWN), seen);
        call.lastError().ifPresent(error::addSuppressed);
        return error;
    }

    private static RedisException lost() {
        return new RedisException("the connection was closed by this process");
    }

    private static RedisClosedException gone() {
        return new RedisClosedException("redis: the connection, or its stack, has been closed");
    }

    /** Whether any call has not ended. */
    boolean busy() {
        return held() > 0 || underWay.busy();
    }

    /** Ends what is still held or under way. */
    void close() {
        closed = true;
        sweep.end();
        for (SlotQueue queue : List.of(heldWrites, heldReads)) {
            for (int slot : queue.slots()) {
                for (Call<?, ?, ?> call = queue.poll(slot); call != null; call = queue.poll(slot)) {
                    call.end(gone());
                }
            }
        }
        underWay.abort(lost());
    }
}
