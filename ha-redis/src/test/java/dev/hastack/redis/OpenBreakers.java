package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.FaultProxy;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * Nodes whose answers come too late until the breakers of all are open, and then in time: they are all that there is, and have to
 * serve.
 */
record OpenBreakers(
        HaStack stack, RedisClusterCommands<String, String> commands, String key, Map<String, FaultProxy> nodes) {
    /** Nothing is answered within this while it takes {@link #DELAY} each way. */
    static final Map<String, String> HASTY =
            Map.of("ha.redis.command-timeout", "200ms", "ha.redis.reads.reroute-after", "50ms");

    private static final Duration DELAY = Duration.ofMillis(150);

    /** Whoever is refused for an open breaker is told of a limit, or that nobody was there. */
    void serveAllTheSame() throws Exception {
        Queue<RedisException> failures = new ConcurrentLinkedQueue<>();
        until("it is served at first", () -> serves(failures));
        assertThat(allOpen()).isFalse();
        // They are not open for long.
        until("it is served while all are open: " + stack.health(), () -> {
            nodes.values().forEach(proxy -> proxy.delay(DELAY));
            until("all are open", () -> {
                // One trial after the other would take long to have all open at a time.
                Stream.generate(() -> Stacks.inBackground(() -> serves(failures)))
                        .limit(4)
                        .toList()
                        .forEach(CompletableFuture::join);
                return allOpen();
            });
            nodes.values().forEach(FaultProxy::heal);
            while (allOpen()) {
                if (serves(failures) && allOpen()) {
                    return true;
                }
            }
            return false;
        });
        assertThat(failures)
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure)
                        .message()
                        .doesNotContain("as many as")
                        .doesNotContain("not sent")
                        .doesNotContain("no node took it"));
    }

    private boolean serves(Collection<RedisException> failures) {
        boolean wrote = false;
        try {
            commands.set(key, "1");
            wrote = true;
        } catch (RedisException e) {
            failures.add(e);
        }
        try {
            return commands.get(key).equals("1") && wrote;
        } catch (RedisException e) {
            failures.add(e);
            return false;
        }
    }

    private boolean allOpen() {
        return nodes.keySet().stream().allMatch(this::isOpen);
    }

    private boolean isOpen(String node) {
        return Stacks.health(stack, node).breakerOpen();
    }
}
