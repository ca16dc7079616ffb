package dev.hastack.redis;

import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.core.topology.Kind;
import dev.hastack.core.topology.NodeView;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one node in one generation, which all callers share, and what is under way on it. It has no role;
 * roles are pointers to channels in {@link RedisRoutes}. It connects by itself, again and again until it is retired.
 * Thread-safe. Longer than most since what is under way and the connection that it is on have one life.
 */
final class NodeChannel implements Lane {
    private static final Duration FIRST_RETRY = Duration.ofMillis(10);
    private static final Duration LAST_RETRY = Duration.ofSeconds(1);

    private final String node;
    private final int generation;
    private final NodeClients clients;
    private final Router router;
    private final int most;
    /** How many may be under way for a read to be sent here in place of a replica. */
    private final int mostDiverted;

    private final NodeBreaker breaker;
    private final InFlight inFlight = new InFlight();
    private final UnderWay attempts;

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<@Nullable StatefulRedisConnection<byte[], byte[]>> connection =
            new AtomicReference<>();
    /** Held to change which connection takes commands. */
    private final ReentrantLock gate = new ReentrantLock();

    private volatile @Nullable RedisChannelWriter writer;
    /** The connection that nothing is sent on for its silence, until it answers or is replaced. */
    private volatile @Nullable RedisChannelWriter silent;
    /** How many answers there were by then. */
    private volatile long answeredBefore;

    private final Denials denials = new Denials();
    private volatile @Nullable Throwable connectFailure;
    private volatile @Nullable String retired;
    /** When to connect again, as {@link System#nanoTime()}; 0 if not. */
    private volatile long connectAt;

    /** Until when what is under way may end after it was retired, as {@link System#nanoTime()}; 0 for as long as a command may take. */
    private volatile long givesUpAt;

    private volatile boolean closed;
    private volatile boolean returned;
    private volatile boolean tookWrites;

    /** Returns at once, and connects in the background. */
    NodeChannel(String node, int generation, NodeClients clients, Router router) {
        this.node = node;
        this.generation = generation;
        this.clients = clients;
        this.router = router;
        this.most = router.config().maxInFlight();
        this.mostDiverted =
                (int) ((long) most * router.config().reads().primaryShare().percent() / 100);
        this.attempts = new UnderWay(router.config(), router.grace(), this::fallsSilent);
        this.breaker = new NodeBreaker("ha-redis-" + node, inFlight::answered);
        connect();
    }

    @Override
    public String node() {
        return node;
    }

    int generation() {
        return generation;
    }

    @Override
    public NodeBreaker breaker() {
        return breaker;
    }

    /** Whether there is a connection that takes commands. */
    boolean ready() {
        return writer != null;
    }

    /** Whether its connection takes no commands since answers lack, and is not lost. */
    boolean silent() {
        return silent != null;
    }

    /** What this node denies this user while another does it, for people; empty if that is nothing. */
    Optional<String> denies() {
        return denials.words(System.nanoTime());
    }

    /** How many commands are under way. */
    int underWay() {
        return inFlight.underWay();
    }

    /** Why there is no connection, if the last attempt to make one failed. */
    @Nullable
    Throwable connectFailure() {
        return connectFailure;
    }

    boolean retired() {
        return retired != null;
    }

    /** Its node is the primary. */
    void takesWrites() {
        tookWrites = true;
    }

    /** Whether its node was the primary in this generation. */
    boolean tookWrites() {
        return tookWrites;
    }

    /** Whether an answer came since the last call. */
    boolean takeReturned() {
        breaker.look();
        boolean was = returned;
        if (was) {
            returned = false;
        }
        return was;
    }

    /** Sends it; false if there is no connection, or too much is under way. */
    <K, V, T> boolean send(Call<K, V, T> call, long now) {
        RedisChannelWriter to = writer;
        if (to == null) {
            return false;
        }
        Attempt<K, V, T> attempt = begin(call, to, now);
        RedisCommand<K, V, T> unused = to.write(attempt);
        abandonIfClosed();
        return true;
    }

    /** Sends them in one flush; false if there is no connection. */
    <K, V> boolean send(Collection<Call<K, V, ?>> calls, long now) {
        RedisChannelWriter to = writer;
        if (to == null) {
            return false;
        }
        List<RedisCommand<K, V, ?>> batch = new ArrayList<>(calls.size());
        for (Call<K, V, ?> call : calls) {
            batch.add(begin(call, to, now));
        }
        Collection<RedisCommand<K, V, ?>> unused = to.write(batch);
        abandonIfClosed();
        return true;
    }

    /** Whoever took the connection before it was closed, and wrote after that: nobody looks for what is under way here any more. */
    private void abandonIfClosed() {
        if (closed) {
            abandon();
        }
    }

    private <K, V, T> Attempt<K, V, T> begin(Call<K, V, T> call, RedisChannelWriter to, long now) {
        Attempt<K, V, T> attempt = new Attempt<>(call, this, to, now);
        inFlight.begin();
        attempts.add(attempt);
        router.busy();
        return attempt;
    }

    /** Whether more commands may be sent. */
    boolean hasRoom() {
        return inFlight.underWay() < most;
    }

    /** Whether more reads may be sent that a replica should serve: of the limit they have a share. */
    boolean hasRoomForDiverted() {
        return inFlight.underWay() < mostDiverted;
    }

    @Override
    public void ended(boolean answered) {
        inFlight.end(answered);
        if (answered) {
            // While nobody has looked since the last return, it does not even write: a shared cache line.
            if (!returned) {
                returned = true;
            }
            breaker.returned();
        }
    }

    @Override
    public void report(Kind kind, String error) {
        router.report(this, kind, RedisErrors.exception(error));
    }

    /** Looks for what has taken too long; called by one thread. Returns whether anything is still under way. */
    boolean sweep(long now) {
        boolean busy = attempts.sweep(now);
        RedisChannelWriter quiet = silent;
        if (quiet != null && inFlight.answered() != answeredBefore) {
            answeredLate(quiet);
        }
        if (retired != null && (!busy || givenUp(now))) {
            close();
        } else if (retired == null && connectAt != 0 && now - connectAt >= 0) {
            connectAt = 0;
            connect();
        }
        return busy || connectAt != 0 || silent != null;
    }

    private boolean givenUp(long now) {
        long at = givesUpAt;
        return at != 0 && router.grace().passed(at - NodeView.LAST_ANSWERS.toNanos(), at, now);
    }

    @Override
    public String lost(Throwable error) {
        String why = retired;
        return "the answer of " + node + " was lost (" + (why == null ? error.getMessage() : why) + ")";
    }

    /**
     * Takes no more commands from now on.
     *
     * @param interrupt whether those under way are given up; else they may end, for as long as a command may take
     * @param reason told to those that are given up
     */
    void retire(boolean interrupt, String reason) {
        retired = reason;
        takes(null);
        if (interrupt) {
            abort(reason);
        } else {
            router.busy();
        }
    }

    /** As {@link #retire}, and what is under way may end only within this time. */
    void retireWithin(Duration time, String reason) {
        long at = System.nanoTime() + time.toNanos();
        givesUpAt = at == 0 ? 1 : at;
        retire(false, reason);
    }

    /** Gives up what is under way, so that nobody waits for it. */
    void abort(String reason) {
        retired = reason;
        takes(null);
        close();
    }

    /** Whether it was retired and holds no connection any more. */
    boolean closed() {
        return closed;
    }

    private void close() {
        closed = true;
        abandon();
        StatefulRedisConnection<byte[], byte[]> old = connection.getAndSet(null);
        if (old != null) {
            OwnConnections.close(old);
        }
    }

    private void abandon() {
        String reason = retired;
        attempts.abort(new RedisException(reason == null ? node + " is no longer usable" : reason));
    }

    /** Sends commands on this connection from now on, or on none. */
    private void takes(@Nullable RedisChannelWriter next) {
        gate.lock();
        try {
            silent = null;
            writer = next;
        } finally {
            gate.unlock();
        }
    }

    /**
     * Redis answers in order: what would be sent on this connection now could not be answered before what lacks its answer, and would be lost
     * if that is. Whether it is lost the {@link Heartbeat} finds out.
     */
    private void fallsSilent(RedisChannelWriter on) {
        gate.lock();
        try {
            if (writer == on) {
                answeredBefore = inFlight.answered();
                silent = on;
                writer = null;
            }
        } finally {
            gate.unlock();
        }
    }

    @Override
    public void answeredLate(@Nullable RedisChannelWriter by) {
        boolean opens;
        gate.lock();
        try {
            opens = by != null && silent == by && retired == null;
            if (opens) {
                silent = null;
                writer = by;
            }
        } finally {
            gate.unlock();
        }
        if (opens) {
            router.connected();
        }
    }

    @Override
    public void denied(String command, String reply) {
        denials.add(command, reply, System.nanoTime());
    }

    private void connect() {
        clients.connect(node).whenComplete((made, error) -> {
            if (error != null) {
                connectFailed(error);
            } else if (retired != null) {
                OwnConnections.close(made);
            } else {
                connected(made);
            }
        });
    }

    private void connected(StatefulRedisConnection<byte[], byte[]> made) {
        made.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> disconnected) {
                NodeChannel.this.disconnected(made);
            }
        });
        connection.set(made);
        connectFailure = null;
        failures.set(0);
        takes(((RedisChannelHandler<?, ?>) made).getChannelWriter());
        if (!made.isOpen()) {
            disconnected(made);
        } else if (retired != null) {
            takes(null);
            close();
        } else {
            router.connected();
        }
    }

    /**
     * An attempt was lost with its connection. Lettuce tells of the connection's end only after that of all its commands, and
     * what their callers send meanwhile would be lost, too.
     */
    @Override
    public void broken(@Nullable RedisChannelWriter with) {
        StatefulRedisConnection<byte[], byte[]> present = connection.get();
        if (present != null && (writer == with || (with != null && silent == with))) {
            takes(null);
            // Lettuce may hold locks here.
            router.tell(() -> disconnected(present));
        }
    }

    private void disconnected(StatefulRedisConnection<byte[], byte[]> broken) {
        if (connection.compareAndSet(broken, null)) {
            takes(null);
            if (retired == null) {
                OwnConnections.close(broken);
                RedisException error = new RedisException("the connection to " + node + " was closed");
                breaker.failed(error);
                router.report(this, Kind.NETWORK, error);
                connectLater();
            }
        }
    }

    private void connectFailed(Throwable error) {
        connectFailure = RedisErrors.bare(error);
        if (retired == null) {
            RedisErrors.kind(error).ifPresent(kind -> router.report(this, kind, error));
            connectLater();
        }
    }

    /** Jittered, so that a fleet does not storm a node that has come back. */
    private void connectLater() {
        long base = Math.min(LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(10, failures.getAndIncrement()));
        connectAt =
                System.nanoTime() + base * 500_000 + ThreadLocalRandom.current().nextLong(base * 1_000_000);
        router.wake();
    }

    @Override
    public String toString() {
        return node + "#" + generation;
    }
}
