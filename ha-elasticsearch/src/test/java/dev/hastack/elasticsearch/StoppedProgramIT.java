package dev.hastack.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.CallingProgram;
import dev.hastack.testkit.ChildProgram;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.junit.Elasticsearch;
import dev.hastack.testkit.junit.HaStackTest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that was stopped while its calls were under way finds their answers in its sockets, and blames nobody. */
@Tag("slow")
@HaStackTest(elasticsearch = @Elasticsearch(nodes = "es-1"))
class StoppedProgramIT {
    /** Each way, so that nearly all calls are under way at any time, and few at the server. */
    private static final Duration DELAY = Duration.ofMillis(150);

    @Test
    void no_call_fails_no_breaker_opens_and_no_warning_blames_a_node_or_a_firewall(ElasticsearchCluster cluster) {
        Articles.publish(cluster, "news", 0, "");
        cluster.node("es-1").proxied().delay(DELAY);
        Map<String, String> settings = new HashMap<>(cluster.proxiedProperties());
        // Less than the longer pause, and more than an answer may take where other builds run beside it.
        settings.put("ha.elasticsearch.reads.timeout", "4s");
        settings.put("ha.elasticsearch.writes.timeout", "4s");
        settings.put("ha.probe.timeout", "900ms");
        assertThat(ChildProgram.stoppedTwice(StoppedProgram.class, settings))
                .noneMatch(line -> line.startsWith(CallingProgram.FAILED))
                .noneMatch(line -> line.startsWith(CallingProgram.NOTICED))
                .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }
}
