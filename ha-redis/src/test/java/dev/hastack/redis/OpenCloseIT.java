package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.health.Health;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class OpenCloseIT {
    private final RedisReplication redis;

    OpenCloseIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void opens_at_once_when_everything_is_down_and_says_so() throws Exception {
        redis.nodes().forEach(node -> node.kill());
        Map<String, String> hasty = Map.of("ha.redis.writes.wait", "300ms", "ha.redis.reads.wait", "300ms");
        try (HaStack stack = Stacks.open(redis, hasty)) {
            until(
                    "each was tried",
                    () -> redis.nodes().stream()
                            .allMatch(node -> Stacks.health(stack, node.id())
                                    .reason()
                                    .orElse("")
                                    .contains("refused")));
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            assertThatThrownBy(() -> commands.set("open", "1"))
                    .isInstanceOf(RedisNoPrimaryException.class)
                    .hasMessageContaining("no primary within 300 ms")
                    .hasMessageContaining("main DOWN refused");
            assertThatThrownBy(() -> commands.get("open")).isInstanceOf(RedisNoReplicaException.class);
            assertThat(stack.health().health()).isEqualTo(Health.DOWN);
        }
    }

    @Test
    void closing_ends_every_thread() throws Exception {
        List<String> before = threads();
        for (int i = 0; i < 5; i++) {
            try (HaStack stack = Stacks.ready(redis, Map.of())) {
                HaRedis store = stack.get(HaRedis.class);
                store.connection().sync().set("open", "1");
                store.pubSub().sync().subscribe("open");
                store.dedicated().sync().ping();
                store.durable(Durability.replicas(1).withTimeout(Duration.ofMinutes(1)))
                        .write(commands -> commands.set("open", "2"));
            }
        }
        until("no more threads than before: " + before, () -> before.containsAll(threads()));
    }

    @Test
    void a_stack_that_cannot_be_opened_leaves_no_thread(@TempDir Path folder) throws Exception {
        List<String> before = threads();
        Path broken = Files.writeString(folder.resolve("broken.pem"), "no certificate");
        for (String mode : List.of("false", "true")) {
            Map<String, String> settings = new HashMap<>(redis.properties());
            settings.put("ha.redis.cluster", mode);
            settings.put("ha.redis.tls.enabled", "true");
            settings.put("ha.redis.tls.certificate", broken.toString());
            settings.put("ha.redis.tls.key", broken.toString());

            assertThatThrownBy(() -> HaStack.open(StackConfig.of(settings))).hasMessageContaining("broken.pem");
        }
        until("no more threads than before: " + before, () -> before.containsAll(threads()));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ha-redis") || name.startsWith("lettuce"))
                .toList();
    }

    @Test
    void whoever_waits_is_told_that_the_stack_was_closed() throws Exception {
        redis.nodes().forEach(node -> node.kill());
        HaStack stack = Stacks.open(redis, Map.of());
        RedisCommands<String, String> commands =
                stack.get(HaRedis.class).connection().sync();
        CompletableFuture<String> waits = inBackground(() -> commands.set("open", "1"));
        until(
                "it waits",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread ->
                                thread.getName().equals("caller") && thread.getState() == Thread.State.TIMED_WAITING));

        stack.close(Duration.ZERO);

        assertThatThrownBy(() -> waits.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(RedisClosedException.class);
        assertThatThrownBy(() -> commands.get("open")).isInstanceOf(RedisClosedException.class);
    }
}
