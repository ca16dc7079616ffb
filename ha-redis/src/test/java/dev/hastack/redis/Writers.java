package dev.hastack.redis;

import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that add one member after the other to a set, and remember which were acknowledged. */
final class Writers implements AutoCloseable {
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Callers threads;

    Writers(RedisCommands<String, String> commands, int number, String key) {
        AtomicLong ids = new AtomicLong();
        threads = new Callers("writer", number, () -> {
            String id = Long.toString(ids.incrementAndGet());
            commands.sadd(key, id);
            acknowledged.add(id);
        });
    }

    Set<String> acknowledged() {
        return acknowledged;
    }

    List<RuntimeException> failures() {
        return threads.failures();
    }

    Duration longest() {
        return threads.longest();
    }

    /** Ends the threads, and returns when they have ended. */
    @Override
    public void close() {
        threads.close();
    }
}
