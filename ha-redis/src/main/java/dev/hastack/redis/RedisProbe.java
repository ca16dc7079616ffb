package dev.hastack.redis;

import dev.hastack.core.config.ShownSecret;
import dev.hastack.core.monitor.Answer;
import dev.hastack.core.monitor.Probe;
import dev.hastack.core.monitor.TlsDoubt;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a node what it is and does, on a connection that it keeps; see {@link NodeFacts}. */
final class RedisProbe implements Probe {
    private final Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector;
    private final ShownSecret password;
    private final TlsDoubt doubt;
    private final Function<NodeInfo, Answer> judge;
    private final Function<RedisAsyncCommands<String, String>, CompletableFuture<?>> doubts;
    private final Consumer<Optional<String>> full;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private volatile @Nullable Future<?> waited;
    private volatile boolean aborted;
    private final boolean writes;
    private boolean limited;
    private boolean notLetIn;
    private Runnable signOfLife = () -> {};

    /**
     * @param password that the connector shows
     * @param doubt whether the two sides agree on TLS
     * @param writes whether this stack writes, and wants to know if it can
     * @param judge what the node's words mean for the topology
     * @param doubts asks about other connections as well; never fails
     * @param full is given the node's words when it has no room for the probe, and none once it has answered
     */
    RedisProbe(
            Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector,
            ShownSecret password,
            TlsDoubt doubt,
            boolean writes,
            Function<NodeInfo, Answer> judge,
            Function<RedisAsyncCommands<String, String>, CompletableFuture<?>> doubts,
            Consumer<Optional<String>> full) {
        this.writes = writes;
        this.connector = connector;
        this.password = password;
        this.doubt = doubt;
        this.judge = judge;
        this.doubts = doubts;
        this.full = full;
    }

    @Override
    public Answer ask() throws Exception {
        notLetIn = false;
        StatefulRedisConnection<String, String> kept = connection;
        if (kept != null && kept.isOpen()) {
            try {
                return ask(kept);
            } catch (Exception e) {
                // The node has answered, or there is no time for a second attempt.
                if (aborted || !RedisErrors.connectionLost(e)) {
                    throw e;
                }
            }
        }
        close();
        doubt.check();
        Optional<String> unused = password.show();
        StatefulRedisConnection<String, String> made = connect();
        connection = made;
        if (aborted) {
            close();
        }
        return ask(made);
    }

    private StatefulRedisConnection<String, String> connect() throws Exception {
        try {
            StatefulRedisConnection<String, String> made = await(connector.get().toCompletableFuture());
            doubt.connected();
            // Lettuce has greeted the server by then, and has had an answer.
            signOfLife.run();
            return made;
        } catch (Exception e) {
            if (RedisErrors.kind(e).equals(Optional.of(Kind.OVERLOADED))) {
                full.accept(Optional.of(RedisErrors.text(e)));
            }
            notLetIn = true;
            if (RedisErrors.mayBeOfTls(e)) {
                doubt.failed();
            }
            throw e;
        }
    }

    private Answer ask(StatefulRedisConnection<String, String> to) throws Exception {
        RedisAsyncCommands<String, String> commands = to.async();
        NodeFacts facts = await(
                NodeFacts.ask(commands, writes, limited).thenCombine(doubts.apply(commands), (known, asked) -> known));
        full.accept(Optional.empty());
        limited = facts.limited();
        return judge.apply(facts.info()).refusing(facts.refused());
    }

    private <T> T await(Future<T> future) throws Exception {
        waited = future;
        try {
            if (aborted) {
                boolean unused = future.cancel(true);
            }
            return future.get();
        } catch (ExecutionException e) {
            throw RedisErrors.bare(e) instanceof Exception cause ? cause : e;
        } finally {
            waited = null;
        }
    }

    @Override
    public void onSignOfLife(Runnable listener) {
        signOfLife = listener;
    }

    @Override
    public boolean notLetIn() {
        return notLetIn;
    }

    @Override
    public boolean renewed() {
        return password.renewed();
    }

    @Override
    public void arm() {
        aborted = false;
    }

    @Override
    public void abort() {
        aborted = true;
        Future<?> future = waited;
        if (future != null) {
            boolean unused = future.cancel(true);
        }
        close();
    }

    @Override
    public void close() {
        StatefulRedisConnection<String, String> old = connection;
        if (old != null) {
            connection = null;
            OwnConnections.close(old);
        }
    }
}
