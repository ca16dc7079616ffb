package dev.hastack.redis;

import static dev.hastack.redis.Stacks.inBackground;
import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisNode;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections of one caller: transactions, durable writes, subscriptions. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class OwnConnectionsIT {
    private final RedisReplication redis;

    OwnConnectionsIT(RedisReplication redis) {
        this.redis = redis;
    }

    @Test
    void a_dedicated_connection_does_transactions_and_ends_with_its_primary() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of());
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            commands.multi();
            commands.set("own", "1");
            commands.incr("own");
            TransactionResult result = commands.exec();
            assertThat(result.<Long>get(1)).isEqualTo(2L);

            redis.node("replica-1").promote();

            until("it is closed", () -> !own.isOpen());
            assertThatThrownBy(() -> commands.get("own")).hasMessageContaining("closed");
        }
    }

    @Test
    void a_dedicated_connection_watches_and_blocks_for_as_long_as_a_command_says() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.command-timeout", "500ms"));
                StatefulRedisConnection<String, String> own =
                        stack.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            commands.watch("own:watched");
            stack.get(HaRedis.class).connection().sync().set("own:watched", "changed");
            commands.multi();
            commands.set("own:watched", "mine");
            assertThat(commands.exec().wasDiscarded()).isTrue();

            assertThat(commands.blpop(1.0, "own:none")).isNull();
            assertThat(commands.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void a_durable_write_whose_primary_dies_before_replicas_have_it_is_told_as_unknown() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            DurableWrites<String, String> both =
                    stack.get(HaRedis.class).durable(Durability.replicas(2).within(Duration.ofSeconds(30)));
            RedisNode main = redis.node("main");
            redis.node("replica-2").hang();
            CompletableFuture<Durable<String>> waits =
                    inBackground(() -> both.write(commands -> commands.set("durable", "2")));
            until("it waits", () -> Stacks.statistic(main, "clients", "blocked_clients:(\\d+)") == 1);

            main.kill();

            assertThatThrownBy(() -> waits.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("written, but nobody knows how many replicas have it");
        }
    }

    @Test
    void a_durable_write_whose_primary_is_demoted_before_replicas_are_counted_is_told_as_unknown() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Stacks.FAR_PROBES)) {
            HaRedis store = stack.get(HaRedis.class);
            Stacks.untilCalm(store);
            DurableWrites<String, String> one = store.durable(Durability.replicas(1));

            assertThatThrownBy(() -> one.write(commands -> {
                        String done = commands.set("durable", "3");
                        redis.node("replica-1").promote();
                        redis.node("main").follow(redis.node("replica-1"));
                        return done;
                    }))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("WAIT cannot be used with replica instances");
        }
    }

    @Test
    void a_durable_write_says_how_many_replicas_have_it() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of())) {
            HaRedis store = stack.get(HaRedis.class);
            DurableWrites<String, String> both =
                    store.durable(Durability.replicas(2).within(Duration.ofSeconds(10)));
            assertThat(both.write(commands -> commands.set("durable", "1"))).isEqualTo(new Durable<>("OK", 2));

            redis.node("replica-2").hang();

            DurableWrites<String, String> hasty =
                    store.durable(Durability.replicas(2).within(Duration.ofMillis(100)));
            assertThatThrownBy(() -> hasty.write(commands -> commands.incr("durable")))
                    .isInstanceOfSatisfying(NotDurableException.class, error -> {
                        assertThat(error.replicas()).isEqualTo(1);
                        assertThat(error.value()).isEqualTo(2L);
                    })
                    .hasMessageContaining("1 of 2");
        }
    }

    @Test
    void a_subscriber_follows_the_primary_and_subscribes_again() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", "pub:"));
                StatefulRedisPubSubConnection<String, String> subscriber =
                        stack.get(HaRedis.class).pubSub()) {
            ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(channel + "=" + message);
                }
            });
            subscriber.sync().subscribe("news");
            RedisCommands<String, String> commands =
                    stack.get(HaRedis.class).connection().sync();
            commands.publish("news", "one");
            until("it is heard", () -> heard.contains("news=one"));

            RedisNode next = redis.node("replica-1");
            next.promote();
            redis.node("main").follow(next);

            until("it is heard again", () -> {
                try {
                    commands.publish("news", "two");
                } catch (OutcomeUnknownException e) {
                    // It was under way at the old primary.
                }
                return heard.contains("news=two");
            });
        }
    }

    @Test
    void a_pattern_of_channels_hears_ones_own_prefix_only() throws Exception {
        try (HaStack stack = Stacks.ready(redis, Map.of("ha.redis.key-prefix", "pub:"));
                StatefulRedisPubSubConnection<String, String> subscriber =
                        stack.get(HaRedis.class).pubSub()) {
            ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String pattern, String channel, String message) {
                    heard.add(pattern + " " + channel + "=" + message);
                }
            });
            subscriber.sync().psubscribe("news.*");

            redis.primary().command("PUBLISH", "news.de", "somebody else's");
            redis.primary().command("PUBLISH", "other:news.de", "another's");
            stack.get(HaRedis.class).connection().sync().publish("news.de", "one");

            until("it is heard", () -> !heard.isEmpty());
            assertThat(heard).containsExactly("news.* news.de=one");
        }
    }
}
