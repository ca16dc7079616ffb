package dev.hastack.redis;

import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Deadlines of commands on a connection of one caller: a command that blocks has its own time on top. */
final class CommandTimeouts extends TimeoutOptions.TimeoutSource {
    /** Whose last argument is the time in seconds. */
    private static final Set<String> SECONDS_LAST =
            Set.of("BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN", "BZPOPMAX");

    private static final Set<String> SECONDS_FIRST = Set.of("BLMPOP", "BZMPOP");
    private static final Set<String> MILLIS_LAST = Set.of("WAIT", "WAITAOF");
    /** To Redis, zero is for ever. */
    private static final Duration FOR_EVER = Duration.ofDays(365);

    /** How much longer a caller's thread waits that leaves the deadline to another, in case that one never runs. */
    static final Duration BACKSTOP = Duration.ofSeconds(30);

    private final Duration usual;

    CommandTimeouts(Duration usual) {
        this.usual = usual;
    }

    /** For threads that wait for commands whose deadlines are kept elsewhere. */
    CommandTimeouts backstop() {
        return new CommandTimeouts(usual.plus(BACKSTOP));
    }

    /** Whether a server answers it when something comes, and not at once. */
    static boolean blocks(RedisCommand<?, ?, ?> command) {
        String name = CommandRoute.name(command.getType());
        return SECONDS_LAST.contains(name)
                || SECONDS_FIRST.contains(name)
                || MILLIS_LAST.contains(name)
                || ((name.equals("XREAD") || name.equals("XREADGROUP"))
                        && CommandRoute.blockAt(SentArgs.of(command.getArgs())) > 0);
    }

    @Override
    public long getTimeout(RedisCommand<?, ?, ?> command) {
        String name = CommandRoute.name(command.getType());
        boolean last = SECONDS_LAST.contains(name) || MILLIS_LAST.contains(name);
        boolean stream = name.equals("XREAD") || name.equals("XREADGROUP");
        if (!last && !stream && !SECONDS_FIRST.contains(name)) {
            return usual.toMillis();
        }
        SentArgs args = SentArgs.of(command.getArgs());
        int at = last ? args.count() : stream ? CommandRoute.blockAt(args) : 1;
        return at == 0 || args.count() == 0
                ? usual.toMillis()
                : millis(args.word(at), stream || MILLIS_LAST.contains(name) ? 1 : 1000);
    }

    private long millis(String time, int unit) {
        long own = Math.round(Double.parseDouble(time) * unit);
        return (own == 0 ? FOR_EVER : usual).toMillis() + own;
    }

    @Override
    public TimeUnit getTimeUnit() {
        return TimeUnit.MILLISECONDS;
    }
}
