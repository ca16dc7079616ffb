package dev.hastack.redis;

import static dev.hastack.redis.Stacks.status;
import static dev.hastack.redis.Stacks.until;

import dev.hastack.core.HaStack;
import dev.hastack.core.topology.Status;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A breaker prefers other nodes; where there is none, it has nothing to say. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1"}))
class LastNodeIT {
    private final RedisReplication redis;

    LastNodeIT(RedisReplication redis) {
        this.redis = redis;
    }

    private HaStack open() {
        Map<String, String> settings = new HashMap<>(redis.proxiedProperties());
        settings.putAll(OpenBreakers.HASTY);
        return Stacks.ready(redis, settings);
    }

    @Test
    void all_nodes_serve_whose_breakers_are_all_open() throws Exception {
        try (HaStack stack = open()) {
            new OpenBreakers(
                            stack,
                            stack.get(HaRedis.class).connection().sync(),
                            "last",
                            redis.nodes().stream().collect(Collectors.toMap(RedisNode::id, RedisNode::proxied)))
                    .serveAllTheSame();
        }
    }

    @Test
    void the_primary_serves_alone_though_its_breaker_is_open() throws Exception {
        try (HaStack stack = open()) {
            HaRedis store = stack.get(HaRedis.class);
            redis.node("replica-1").kill();
            until("the primary is alone", () -> status(store, "replica-1") == Status.DOWN);
            new OpenBreakers(
                            stack,
                            store.connection().sync(),
                            "last",
                            Map.of("main", redis.node("main").proxied()))
                    .serveAllTheSame();
        }
    }
}
