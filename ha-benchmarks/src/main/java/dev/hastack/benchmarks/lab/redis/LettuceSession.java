package dev.hastack.benchmarks.lab.redis;

import dev.hastack.benchmarks.lab.round.Session;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.function.Predicate;

/**
 * Lettuce's synchronous API, whoever stands behind it.
 *
 * @param unknown which exceptions say that the outcome is unknown
 */
record LettuceSession(RedisCommands<String, String> commands, Predicate<Exception> unknown, Runnable closing)
        implements Session {

    /** Of all that Lettuce throws itself, only an error that the server answered says that nothing was stored. */
    static boolean isNoAnswer(Exception failure) {
        return !(failure instanceof RedisCommandExecutionException);
    }

    @Override
    public void write(long id) {
        commands.zadd(Data.WRITTEN, (double) id, Long.toString(id));
    }

    @Override
    public long read() {
        List<String> greatest = commands.zrevrange(Data.WRITTEN, 0, 0);
        return greatest.isEmpty() ? 0 : Long.parseLong(greatest.get(0));
    }

    @Override
    public boolean tellsUnknown(Exception failure) {
        return unknown.test(failure);
    }

    @Override
    public void close() {
        closing.run();
    }
}
