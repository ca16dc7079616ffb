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
import org.jspecify.annotations.Nullable;

/** The writer of one connection to one node, which may refuse commands. */
abstract class GuardedWriter implements RedisChannelWriter {
    private final RedisChannelWriter writer;

    GuardedWriter(RedisChannelWriter writer) {
        this.writer = writer;
    }

    /** Why a command may not be sent, or null. */
    abstract @Nullable RedisException refusal(RedisCommand<?, ?, ?> command);

    @Override
    public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
        RedisException refusal = refusal(command);
        if (refusal != null) {
            command.completeExceptionally(refusal);
            return command;
        }
        RedisCommand<K, V, T> unused = writer.write(command);
        return command;
    }

    @Override
    @SuppressWarnings("unchecked") // As Lettuce's own writers: what comes in goes out.
    public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<RedisCommand<K, V, ?>> allowed = new ArrayList<>(commands.size());
        for (RedisCommand<K, V, ?> command : commands) {
            RedisException refusal = refusal(command);
            if (refusal != null) {
                command.completeExceptionally(refusal);
            } else {
                allowed.add(command);
            }
        }
        Collection<RedisCommand<K, V, ?>> unused = writer.write(allowed);
        return (Collection<RedisCommand<K, V, ?>>) commands;
    }

    @Override
    public void close() {
        writer.close();
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        return writer.closeAsync();
    }

    /** Of Lettuce 6; there is nothing to reset. */
    public void reset() {}

    @Override
    public void setConnectionFacade(ConnectionFacade connection) {
        writer.setConnectionFacade(connection);
    }

    @Override
    public void setAutoFlushCommands(boolean flush) {
        writer.setAutoFlushCommands(flush);
    }

    @Override
    public void flushCommands() {
        writer.flushCommands();
    }

    @Override
    public ClientResources getClientResources() {
        return writer.getClientResources();
    }
}
