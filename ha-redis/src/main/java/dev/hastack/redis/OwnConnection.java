package dev.hastack.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisException;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lettuce's connection to one node, which may be closed twice: by ha-stack when its node is left, and by its caller, who need not know. Lettuce
 * would log a warning the second time. It may be lent to one caller after the other.
 */
class OwnConnection<K, V> extends StatefulRedisConnectionImpl<K, V> implements StatefulRedisConnection<K, V> {
    private volatile @Nullable Loan loan;
    private volatile @Nullable ClientOptions patient;

    OwnConnection(RedisChannelWriter writer, PushHandler pushes, RedisCodec<K, V> codec, Duration timeout) {
        super(writer, pushes, codec, timeout);
    }

    /**
     * Returns the options as they were set, except for how long a synchronous caller waits: the deadline is kept by the timer, which knows
     * whether this process was stopped. The caller's thread would give up first, though the answer lies unread.
     */
    @Override
    public ClientOptions getOptions() {
        ClientOptions known = patient;
        return known == null ? super.getOptions() : known;
    }

    @Override
    public void setOptions(ClientOptions options) {
        super.setOptions(options);
        TimeoutOptions timeouts = options.getTimeoutOptions();
        if (timeouts.getSource() instanceof CommandTimeouts source) {
            patient = options.mutate()
                    .timeoutOptions(TimeoutOptions.builder()
                            .timeoutCommands(timeouts.isTimeoutCommands())
                            .timeoutSource(source.backstop())
                            .build())
                    .build();
        }
    }

    /** Keeps to this from now on; null once it is over. */
    void lend(@Nullable Loan to) {
        loan = to;
    }

    @Override
    public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
        if (!permits(command)) {
            return command;
        }
        RedisCommand<K, V, T> sent = super.dispatch(new OwnCommand<>(command));
        return sent instanceof OwnCommand ? command : sent;
    }

    @Override
    public Collection<RedisCommand<K, V, ?>> dispatch(Collection<? extends RedisCommand<K, V, ?>> commands) {
        List<RedisCommand<K, V, ?>> permitted = new ArrayList<>(commands.size());
        for (RedisCommand<K, V, ?> command : commands) {
            if (permits(command)) {
                permitted.add(new OwnCommand<>(command));
            }
        }
        return super.dispatch(permitted);
    }

    /** Whether it may be sent; if not, it has ended. Within a transaction that is thrown: it would be missing there, and nobody told. */
    private boolean permits(RedisCommand<K, V, ?> command) {
        Loan present = loan;
        if (present == null) {
            return true;
        }
        RedisException refusal = Loan.refusal(command);
        if (refusal == null) {
            present.sends(command);
            return true;
        }
        if (isMulti()) {
            throw refusal;
        }
        command.completeExceptionally(refusal);
        return false;
    }

    @Override
    public CompletableFuture<Void> closeAsync() {
        return isClosed() ? CompletableFuture.completedFuture(null) : super.closeAsync();
    }
}
