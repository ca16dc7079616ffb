package dev.hastack.redis;

import static dev.hastack.redis.Stacks.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.Consumer;
import io.lettuce.core.GeoArgs;
import io.lettuce.core.GeoSearch;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LMPopArgs;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SortArgs;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.dynamic.Commands;
import io.lettuce.core.dynamic.RedisCommandFactory;
import io.lettuce.core.dynamic.annotation.Command;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two stacks share a Redis; each sees its own keys, by their short names. */
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class PrefixIT {
    private final RedisReplication redis;
    private HaStack one;
    private HaStack other;
    private RedisCommands<String, String> ones;

    PrefixIT(RedisReplication redis) {
        this.redis = redis;
    }

    @BeforeEach
    void open() {
        one = Stacks.ready(redis, Map.of("ha.redis.key-prefix", "one:"));
        other = Stacks.ready(redis, Map.of("ha.redis.key-prefix", "other:"));
        ones = one.get(HaRedis.class).primary().sync();
        ones.set("a", "1");
        other.get(HaRedis.class).primary().sync().set("b", "2");
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void keys_have_it_at_the_server_and_not_for_callers() {
        assertThat(redis.node("main").command("GET", "one:a")).isEqualTo("1");
        assertThat(ones.get("a")).isEqualTo("1");
        assertThat(ones.get("b")).isNull();
        assertThat(ones.mget("a", "b").get(0).getKey()).isEqualTo("a");
    }

    @Test
    void patterns_find_only_ones_own() {
        ones.keys("*").forEach(ones::del);
        ones.set("a", "1");
        assertThat(ones.keys("*")).containsOnly("a");
        assertThat(scanned(ScanArgs.Builder.limit(1000))).contains("a").doesNotContain("b", "other:b");
        assertThat(scanned(ScanArgs.Builder.matches("b*").limit(1000))).isEmpty();
        try (StatefulRedisConnection<String, String> own =
                one.get(HaRedis.class).dedicated()) {
            assertThat(own.sync().keys("a*")).containsExactly("a");
        }
    }

    private List<String> scanned(ScanArgs args) {
        return ones.scan(args).getKeys();
    }

    @Test
    void scripts_get_it_with_their_keys() {
        List<String> result = ones.eval("return {KEYS[1], redis.call('get', KEYS[1])}", ScriptOutputType.MULTI, "a");
        assertThat(result).isEqualTo(Arrays.asList("one:a", "1"));
    }

    @Test
    void sorting_by_patterns_keeps_to_it() {
        ones.del("list");
        ones.rpush("list", "x", "y");
        ones.set("weight:x", "2");
        ones.set("weight:y", "1");
        assertThat(ones.sort("list", SortArgs.Builder.by("weight:*").get("weight:*")))
                .containsExactly("1", "2");
        ones.del("list", "weight:x", "weight:y");
    }

    @Test
    void what_is_dispatched_has_it_too() {
        CommandArgs<String, String> key = new CommandArgs<>(StringCodec.UTF8).addKey("b");
        assertThat(ones.dispatch(CommandType.GET, new ValueOutput<>(StringCodec.UTF8), key))
                .isNull();
        assertThat(ones.dispatch(CommandType.DEL, new IntegerOutput<>(StringCodec.UTF8), key))
                .isZero();
        assertThat(ones.dispatch(
                        CommandType.GET,
                        new ValueOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add("other:b")))
                .isNull();
        assertThat(redis.node("main").command("GET", "other:b")).isEqualTo("2");
    }

    /** As Lettuce makes it from an interface. */
    interface Dynamic extends Commands {
        String get(String key);

        @Command("HSET ?0 ?1 ?2")
        Long put(String key, String field, String value);
    }

    @Test
    void lettuces_command_interfaces_have_it_too() {
        Dynamic dynamic = new RedisCommandFactory(one.get(HaRedis.class).primary()).getCommands(Dynamic.class);
        assertThat(dynamic.get("a")).isEqualTo("1");
        assertThat(dynamic.get("other:b")).isNull();
        dynamic.put("dynamic", "field", "v");
        assertThat(redis.node("main").command("HGET", "one:dynamic", "field")).isEqualTo("v");
    }

    @Test
    @SuppressWarnings("unchecked") // Lettuce's arrays.
    void fields_members_groups_and_consumers_are_as_they_were_given() {
        ones.hset("hash", "f", "7");
        assertThat((String) ones.eval(
                        "return redis.call('HGET', KEYS[1], ARGV[1])",
                        ScriptOutputType.VALUE,
                        new String[] {"hash"},
                        "f"))
                .isEqualTo("7");
        ones.eval("return redis.call('HSET', KEYS[1], 'one:g', '8')", ScriptOutputType.INTEGER, "hash");
        assertThat(ones.hgetall("hash")).containsEntry("one:g", "8").containsEntry("f", "7");
        assertThat(ones.hscan("hash", ScanArgs.Builder.matches("f*")).getMap()).containsOnlyKeys("f");

        ones.geoadd("geo", 13.4, 52.5, "Berlin");
        assertThat(ones.geosearch("geo", GeoSearch.fromMember("Berlin"), GeoSearch.byRadius(1, GeoArgs.Unit.km)))
                .containsExactly("Berlin");

        ones.del("list", "stream");
        ones.rpush("list", "x", "y");
        ones.hset("w_x", "f", "2");
        ones.hset("w_y", "f", "1");
        assertThat(ones.sort("list", SortArgs.Builder.by("w_*->f").get("w_*->f").get("#")))
                .containsExactly("1", "y", "2", "x");

        ones.xgroupCreate(XReadArgs.StreamOffset.from("stream", "0"), "group", XGroupCreateArgs.Builder.mkstream());
        ones.xadd("stream", "f", "v");
        List<StreamMessage<String, String>> read =
                ones.xreadgroup(Consumer.from("group", "consumer"), XReadArgs.StreamOffset.lastConsumed("stream"));
        assertThat(read.get(0).getStream()).isEqualTo("stream");
        assertThat(read.get(0).getBody()).containsEntry("f", "v");
        assertThat(ones.xpending("stream", "group").getConsumerMessageCount()).containsOnlyKeys("consumer");
        assertThat(ones.xinfoConsumers("stream", "group").toString())
                .contains("consumer")
                .doesNotContain("one:");
        assertThat(String.valueOf(redis.node("main").command("XRANGE", "one:stream", "-", "+")))
                .contains("[f, v]");
    }

    @Test
    @SuppressWarnings("unchecked") // Lettuce's arrays.
    void what_comes_back_is_without_it_also_in_a_transaction() {
        ones.del("list");
        ones.rpush("list", "one:x", "y", "z");
        ones.xadd("stream2", "f", "v");
        assertThat(ones.keys("lis*")).containsExactly("list");
        assertThat(ones.lmpop(LMPopArgs.Builder.left(), "list").getKey()).isEqualTo("list");
        try (StatefulRedisConnection<String, String> own =
                one.get(HaRedis.class).dedicated()) {
            RedisCommands<String, String> commands = own.sync();
            assertThat(commands.blpop(1, "list")).isEqualTo(KeyValue.just("list", "y"));
            assertThat(own.isMulti()).isFalse();
            commands.multi();
            commands.blpop(1, "list");
            commands.xread(XReadArgs.StreamOffset.from("stream2", "0"));
            commands.keys("stream2");
            assertThatThrownBy(commands::flushdb).hasMessageContaining("ha.redis.key-prefix");
            io.lettuce.core.protocol.Command<String, String, Long> inBatch = new io.lettuce.core.protocol.Command<>(
                    CommandType.DBSIZE, new IntegerOutput<>(StringCodec.UTF8), null);
            assertThatThrownBy(() -> own.dispatch(List.of(inBatch))).hasMessageContaining("ha.redis.key-prefix");
            TransactionResult done = commands.exec();
            assertThat(done.<Object>get(0)).isEqualTo(KeyValue.just("list", "z"));
            assertThat(done.get(1).toString()).contains("stream2").doesNotContain("one:");
            assertThat(done.<Object>get(2)).isEqualTo(List.of("stream2"));
        }
    }

    @Test
    void a_pattern_that_looks_like_lettuces_own_words_finds_only_ones_own() {
        redis.node("main").command("SET", "key<1>", "secret");
        ones.set("key<2>", "mine");
        assertThat(ones.keys("key<*")).containsExactly("key<2>");
        redis.node("main").command("DEL", "key<1>");
        ones.del("key<2>");
    }

    @Test
    void channels_of_others_are_not_shown() {
        try (StatefulRedisPubSubConnection<String, String> mine =
                        one.get(HaRedis.class).pubSub();
                StatefulRedisPubSubConnection<String, String> theirs =
                        other.get(HaRedis.class).pubSub()) {
            mine.sync().subscribe("news");
            theirs.sync().subscribe("secrets", "__keyspace@0__:secret");
            assertThat(ones.pubsubChannels()).containsExactly("news");
            assertThat(ones.pubsubNumsub("news", "secrets"))
                    .containsEntry("news", 1L)
                    .containsEntry("secrets", 0L);
            assertThatThrownBy(() -> ones.pubsubChannels("__key*")).hasMessageContaining("ha.redis.key-prefix");
        }
    }

    @Test
    void notifications_are_of_ones_own_keys_and_name_them_without_it() throws Exception {
        redis.node("main").command("CONFIG", "SET", "notify-keyspace-events", "KEA");
        try (StatefulRedisPubSubConnection<String, String> subscriber =
                one.get(HaRedis.class).pubSub()) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            RedisPubSubAdapter<String, String> listener = new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(channel + "=" + message);
                }

                @Override
                public void message(String pattern, String channel, String message) {
                    heard.add(pattern + " " + channel + "=" + message);
                }
            };
            subscriber.addListener(listener);
            subscriber.sync().subscribe("__keyspace@0__:n");
            subscriber.sync().psubscribe("__keyevent@0__:s*", "__key*__:*");

            other.get(HaRedis.class).primary().sync().set("n", "theirs");
            redis.node("main").command("SET", "n", "nobody's");
            ones.set("n", "mine");
            until("it is heard", () -> heard.size() >= 4);
            assertThat(heard)
                    .containsExactlyInAnyOrder(
                            "__keyspace@0__:n=set",
                            "__keyevent@0__:s* __keyevent@0__:set=n",
                            "__key*__:* __keyspace@0__:n=set",
                            "__key*__:* __keyevent@0__:set=n");

            heard.clear();
            subscriber.sync().unsubscribe("__keyspace@0__:n");
            subscriber.sync().punsubscribe("__key*__:*");
            ones.set("n", "again");
            until("it is heard", () -> !heard.isEmpty());
            assertThat(heard).containsExactly("__keyevent@0__:s* __keyevent@0__:set=n");
            subscriber.removeListener(listener);
        } finally {
            redis.node("main").command("CONFIG", "SET", "notify-keyspace-events", "");
        }
    }

    @Test
    void invalidations_come_for_ones_own_keys_and_name_them_without_it() throws Exception {
        try (StatefulRedisConnection<String, String> own =
                one.get(HaRedis.class).dedicated()) {
            Queue<Object> invalid = new ConcurrentLinkedQueue<>();
            own.addListener(message -> {
                if (message.getType().equals("invalidate")) {
                    invalid.addAll((List<?>)
                            message.getContent(StringCodec.UTF8::decodeKey).get(1));
                }
            });
            own.sync().clientTracking(TrackingArgs.Builder.enabled().bcast().prefixes("tracked:"));
            other.get(HaRedis.class).primary().sync().set("tracked:1", "theirs");
            ones.set("untracked", "mine");
            ones.set("tracked:2", "mine");
            until("it is heard", () -> !invalid.isEmpty());
            assertThat(invalid).containsExactly("tracked:2");
        }
    }

    @Test
    void a_durable_write_has_it_before_its_keys_alone() {
        one.get(HaRedis.class)
                .durable(Durability.replicas(1).withTimeout(Duration.ofSeconds(10)))
                .write(commands -> commands.hset("durable", "f", "v"));
        assertThat(redis.node("main").command("HGET", "one:durable", "f")).isEqualTo("v");
    }

    @Test
    void commands_on_all_keys_there_are_are_refused() {
        assertThatThrownBy(ones::flushdb).hasMessageContaining("ha.redis.key-prefix");
        assertThatThrownBy(ones::randomkey).hasMessageContaining("ha.redis.key-prefix");
        assertThatThrownBy(ones::dbsize).hasMessageContaining("DBSIZE").hasMessageContaining("ha.redis.key-prefix");
        assertThat(ones.get("a")).isEqualTo("1");
    }
}
