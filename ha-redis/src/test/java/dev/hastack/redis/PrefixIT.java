package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hastack.core.HaStack;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SortArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    void commands_on_all_keys_there_are_are_refused() {
        assertThatThrownBy(ones::flushdb).hasMessageContaining("ha.redis.key-prefix");
        assertThatThrownBy(ones::randomkey).hasMessageContaining("ha.redis.key-prefix");
        assertThat(ones.get("a")).isEqualTo("1");
    }
}
