package dev.hastack.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/** A command whose answer may be none that Lettuce can read: what its decoder throws then ends it as one of Redis's exceptions. */
final class OwnCommand<K, V, T> extends CommandWrapper<K, V, T> {
    OwnCommand(RedisCommand<K, V, T> command) {
        super(command);
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        return super.completeExceptionally(
                !(error instanceof RedisException) && RedisErrors.unreadable(error)
                        ? new RedisException("the answer to " + getType() + " cannot be read (" + error + ")", error)
                        : error);
    }
}
