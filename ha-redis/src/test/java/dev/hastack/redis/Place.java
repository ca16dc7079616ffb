package dev.hastack.redis;

import dev.hastack.core.guard.NodeBreaker;
import dev.hastack.core.topology.Kind;
import io.lettuce.core.RedisChannelWriter;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A node by name, where attempts are under way that a test answers. */
record Place(String node, NodeBreaker breaker, AtomicInteger ends) implements Lane {
    Place(String node) {
        this(node, new NodeBreaker(node), new AtomicInteger());
    }

    @Override
    public void ended(boolean answered) {
        ends.incrementAndGet();
    }

    @Override
    public void report(Kind kind, String error) {}

    @Override
    public void broken(@Nullable RedisChannelWriter with) {}

    @Override
    public String lost(Throwable error) {
        return "the answer of " + node + " was lost";
    }
}
