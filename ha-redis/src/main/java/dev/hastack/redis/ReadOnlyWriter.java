package dev.hastack.redis;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisCommand;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The writer of a connection that a stack has which may not write: of a subscriber, which Lettuce gives all commands. */
final class ReadOnlyWriter extends GuardedWriter {
    /** What is about the connection alone; Lettuce sends some of it by itself. */
    private static final Set<String> OF_CONNECTIONS =
            Set.of("READONLY", "READWRITE", "ASKING", "AUTH", "CLIENT", "RESET", "QUIT");

    ReadOnlyWriter(RedisChannelWriter writer) {
        super(writer);
    }

    @Override
    @Nullable
    RedisException refusal(RedisCommand<?, ?, ?> command) {
        return of(command);
    }

    /** Why such a stack refuses a command, or null. */
    static @Nullable RedisException of(RedisCommand<?, ?, ?> command) {
        String name = CommandRoute.name(command.getType());
        return switch (CommandRoute.of(command.getType(), command.getArgs())) {
            case READ, PRIMARY_READ, PUB_SUB -> null;
            case WRITE, DEDICATED -> OF_CONNECTIONS.contains(name) ? null : RedisNotWritableException.of(name);
        };
    }
}
