package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.CallingProgram;
import dev.hastack.testkit.ChildProgram;
import dev.hastack.testkit.RedisCluster;
import dev.hastack.testkit.RedisReplication;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Redis;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that was stopped while its calls were under way finds their answers in its sockets, and blames nobody. */
@Tag("slow")
@HaStackTest(redis = @Redis(nodes = {"main", "replica-1", "replica-2"}))
class StoppedProgramIT {
    @Test
    void no_call_fails_no_breaker_opens_and_no_warning_blames_a_node_or_a_firewall(RedisReplication redis) {
        run(redis.properties());
    }

    @Test
    void nor_where_it_calls_a_cluster() {
        try (RedisCluster cluster = RedisCluster.start(3, 1)) {
            run(cluster.properties());
        }
    }

    private static void run(Map<String, String> properties) {
        Map<String, String> settings = new HashMap<>(properties);
        // Where other builds run beside it, an answer may take a second.
        settings.put("ha.redis.command-timeout", "2s");
        settings.put("ha.probe.timeout", "900ms");
        assertThat(ChildProgram.stoppedTwice(StoppedProgram.class, settings))
                .noneMatch(line -> line.startsWith(CallingProgram.FAILED))
                .noneMatch(line -> line.startsWith(CallingProgram.NOTICED))
                .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }
}
