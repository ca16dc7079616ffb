package dev.hastack.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What one caller does on a connection that others use after him: what would bind it beyond his own time is refused. Thread-safe. */
final class Loan {
    /** What ends with the caller's function, or is seen to be left. */
    private static final Set<String> OWN = Set.of(
            "MULTI",
            "EXEC",
            "DISCARD",
            "WATCH",
            "UNWATCH",
            "WAIT",
            "WAITAOF",
            "BLPOP",
            "BRPOP",
            "BLMOVE",
            "BLMOVEM",
            "BRPOPLPUSH",
            "BLMPOP",
            "BZPOPMIN",
            "BZPOPMAX",
            "BZMPOP",
            "XREAD",
            "XREADGROUP");

    /** What does nothing by itself, so that all may be done again after it. */
    private static final Set<String> FRAME = Set.of("MULTI", "DISCARD", "WATCH", "UNWATCH");

    /** The answer to the EXEC of a transaction of which nothing is done. */
    private static final String DISCARDED = "EXECABORT ";

    /** What the server says in front of the reason, if that is not among the answers to what was queued. */
    private static final String REASON = "because of: ";

    private final ReentrantLock sending = new ReentrantLock();
    private volatile State state = new State(null, false, false, false);

    /** Of the last transaction; guarded by {@link #sending}. */
    private final List<RedisCommand<?, ?, ?>> queued = new ArrayList<>();

    /**
     * What was sent so far.
     *
     * @param last the command that was sent last
     * @param multi whether that is one of a transaction, of which nothing is done before EXEC
     * @param changed whether a command before that was not refused, as far as is known, and may have changed anything
     * @param watches whether keys are still watched
     */
    private record State(@Nullable RedisCommand<?, ?, ?> last, boolean multi, boolean changed, boolean watches) {
        State sends(RedisCommand<?, ?, ?> next) {
            RedisCommand<?, ?, ?> done = last != null && !multi && did(last) ? last : null;
            return new State(
                    next,
                    switch (name(next)) {
                        case "EXEC", "DISCARD" -> false;
                        default -> multi || (last != null && begins(last));
                    },
                    changed || (done != null && changes(done)),
                    switch (name(next)) {
                        case "WATCH" -> true;
                        case "EXEC", "DISCARD", "UNWATCH" -> false;
                        default -> watches;
                    });
        }
    }

    /** Why a command may not be sent, or null. */
    static @Nullable RedisException refusal(RedisCommand<?, ?, ?> command) {
        String name = name(command);
        return switch (CommandRoute.of(command.getType(), command.getArgs())) {
            case READ, PRIMARY_READ, WRITE -> null;
            case DEDICATED, PUB_SUB ->
                OWN.contains(name)
                        ? null
                        : new RedisSharedConnectionException(name
                                + " would bind this connection, which other durable writes use after this one: use"
                                + " HaRedis.dedicated() or HaRedis.pubSub()");
        };
    }

    /** It is about to be sent. */
    void sends(RedisCommand<?, ?, ?> command) {
        sending.lock();
        try {
            state = state.sends(command);
            if (state.multi()) {
                queued.add(command);
            } else if (name(command).equals("MULTI")) {
                queued.clear();
            }
        } finally {
            sending.unlock();
        }
    }

    /** Whether keys are still watched. */
    boolean watches() {
        return state.watches();
    }

    /** The error that the server's answer to the last command was. */
    Optional<String> lastError() {
        return Optional.ofNullable(state.last()).flatMap(Loan::error);
    }

    /** What this error, the answer to the last command, says: of a transaction that was discarded, the reason for that. */
    String reason(String error) {
        if (!error.startsWith(DISCARDED)) {
            return error;
        }
        int at = error.indexOf(REASON);
        if (at >= 0) {
            return error.substring(at + REASON.length());
        }
        sending.lock();
        try {
            return queued.stream()
                    .map(RedisCommand::getOutput)
                    .filter(output -> output != null && output.hasError())
                    .map(CommandOutput::getError)
                    .findFirst()
                    .orElse(error);
        } finally {
            sending.unlock();
        }
    }

    /** Whether a command before the last one was not refused, as far as is known, and may have changed anything. */
    boolean changed() {
        return state.changed();
    }

    /** Whether it was not refused, as far as is known, and is none of a transaction's frame. */
    private static boolean did(RedisCommand<?, ?, ?> command) {
        String error = error(command).orElse(null);
        return name(command).equals("EXEC")
                ? error == null || !error.startsWith(DISCARDED)
                : error == null && !FRAME.contains(name(command));
    }

    /** Whether a transaction begins by it, as far as is known. */
    private static boolean begins(RedisCommand<?, ?, ?> command) {
        return name(command).equals("MULTI") && error(command).isEmpty();
    }

    private static String name(RedisCommand<?, ?, ?> command) {
        return CommandRoute.name(command.getType());
    }

    private static boolean changes(RedisCommand<?, ?, ?> command) {
        return switch (CommandRoute.of(command.getType(), command.getArgs())) {
            case READ, PRIMARY_READ -> false;
            case WRITE, DEDICATED, PUB_SUB -> true;
        };
    }

    private static Optional<String> error(RedisCommand<?, ?, ?> command) {
        return Optional.ofNullable(command.getOutput())
                .filter(output -> command.isDone() && output.hasError())
                .map(CommandOutput::getError);
    }
}
