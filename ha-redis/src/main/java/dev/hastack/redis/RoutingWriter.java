package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where Lettuce's whole API comes out: every command of a shared connection, whichever of its methods made it. Decides
 * where it goes, refuses what would bind the connection to one caller, and writes that this stack may not do. One per
 * connection that a user asked for; they share the channels. Thread-safe.
 */
final class RoutingWriter implements RedisChannelWriter {
    private final Dispatcher router;
    private final ClientResources resources;
    private final KeyPrefix prefix;
    private final boolean onlyPrimary;
    private final boolean idempotent;
    private final ConcurrentLinkedQueue<Call<?, ?, ?>> unflushed = new ConcurrentLinkedQueue<>();
    private volatile boolean autoFlush = true;
    private volatile boolean closed;

    /**
     * @param onlyPrimary whether reads go to the primary, too
     * @param idempotent whether writes may be sent again after their answer was lost
     */
    RoutingWriter(
            Dispatcher router, ClientResources resources, KeyPrefix prefix, boolean onlyPrimary, boolean idempotent) {
        this.router = router;
        this.resources = resources;
        this.prefix = prefix;
        this.onlyPrimary = onlyPrimary;
        this.idempotent = idempotent;
    }

    @Override
    public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
        Call<K, V, T> call = call(command);
        if (call != null) {
            if (autoFlush) {
                router.route(call);
            } else {
                unflushed.add(call);
            }
        }
        return command;
    }

    @Override
    @SuppressWarnings("unchecked") // As Lettuce's own writers: what comes in goes out.
    public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<Call<K, V, ?>> calls = new ArrayList<>(commands.size());
        for (RedisCommand<K, V, ?> command : commands) {
            Call<K, V, ?> call = call(command);
            if (call != null) {
                calls.add(call);
            }
        }
        if (autoFlush) {
            router.route(calls);
        } else {
            unflushed.addAll(calls);
        }
        return (Collection<RedisCommand<K, V, ?>>) commands;
    }

    /** Null if it was refused, and has ended. */
    private <K, V, T> @Nullable Call<K, V, T> call(RedisCommand<K, V, T> command) {
        CommandRoute route = CommandRoute.of(command.getType(), command.getArgs());
        RedisException refusal = refusal(route, command);
        if (refusal != null) {
            command.completeExceptionally(refusal);
            return null;
        }
        RedisCommand<K, V, T> applied;
        try {
            applied = prefix.applied(command);
        } catch (RuntimeException e) {
            command.completeExceptionally(e);
            return null;
        }
        boolean changes = route == CommandRoute.WRITE;
        return new Call<>(
                applied, router, route == CommandRoute.READ && !onlyPrimary, !changes || idempotent, System.nanoTime());
    }

    private @Nullable RedisException refusal(CommandRoute route, RedisCommand<?, ?, ?> command) {
        if (closed) {
            return new RedisException("Connection is closed");
        } else if (router.closing()) {
            return new RedisClosedException();
        }
        return switch (route) {
            case READ, PRIMARY_READ -> null;
            case WRITE -> router.config().writable() ? null : RedisNotWritableException.of(name(command));
            case DEDICATED ->
                new RedisSharedConnectionException(name(command)
                        + " would bind this connection, which all callers share: use " + router.dedicated());
            case PUB_SUB ->
                new RedisSharedConnectionException(name(command)
                        + " would turn this connection, which all callers share, into a subscriber: use "
                        + router.subscriber());
        };
    }

    private static String name(RedisCommand<?, ?, ?> command) {
        return CommandRoute.name(command.getType());
    }

    @Override
    public void setAutoFlushCommands(boolean flush) {
        autoFlush = flush;
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // All calls of one connection are of its own key and value types.
    public void flushCommands() {
        List calls = new ArrayList<>();
        for (Call<?, ?, ?> call = unflushed.poll(); call != null; call = unflushed.poll()) {
            calls.add(call);
        }
        router.route(calls);
    }

    @Override
    public void close() {
        closed = true;
        for (Call<?, ?, ?> call : unflushed) {
            call.end(new RedisException("Connection is closed"));
        }
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        close();
        return CompletableFuture.completedFuture(null);
    }

    /** Of Lettuce 6; there is nothing to reset. */
    public void reset() {}

    @Override
    public void setConnectionFacade(ConnectionFacade connection) {}

    @Override
    public ClientResources getClientResources() {
        return resources;
    }
}
