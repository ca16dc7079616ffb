package dev.hastack.redis;

import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.List;
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

    private final Duration usual;

    CommandTimeouts(Duration usual) {
        this.usual = usual;
    }

    @Override
    public long getTimeout(RedisCommand<?, ?, ?> command) {
        String name = CommandRoute.name(command.getType());
        if (command.getArgs() == null) {
            return usual.toMillis();
        }
        if (SECONDS_LAST.contains(name)) {
            List<String> args = args(command);
            return millis(args.get(args.size() - 1), 1000);
        } else if (SECONDS_FIRST.contains(name)) {
            return millis(args(command).get(0), 1000);
        } else if (MILLIS_LAST.contains(name)) {
            List<String> args = args(command);
            return millis(args.get(args.size() - 1), 1);
        } else if (name.equals("XREAD") || name.equals("XREADGROUP")) {
            List<String> args = args(command);
            int block = args.indexOf("BLOCK");
            return block < 0 ? usual.toMillis() : millis(args.get(block + 1), 1);
        }
        return usual.toMillis();
    }

    private static List<String> args(RedisCommand<?, ?, ?> command) {
        return List.of(command.getArgs().toCommandString().split(" "));
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
