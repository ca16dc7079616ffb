package dev.hastack.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.core.topology.Refused;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WriteRefusalsTest {
    private final Map<String, String> fields = new HashMap<>(Map.of("role", "master"));

    @Test
    void a_full_memory_refuses_writes_if_nothing_is_evicted() {
        fields.putAll(Map.of("maxmemory", "1000", "used_memory", "1200", "maxmemory_policy", "noeviction"));
        assertThat(refusal()).startsWith("writes refused: OOM 1200 bytes");

        fields.put("mem_not_counted_for_evict", "300");
        assertThat(refusal()).isEmpty();

        fields.putAll(Map.of("mem_not_counted_for_evict", "0", "maxmemory_policy", "allkeys-lru"));
        assertThat(refusal()).isEmpty();
    }

    @Test
    void too_few_replicas_refuse_writes() {
        assertThat(refusal()).isEmpty();

        fields.put("min_slaves_good_slaves", "0");
        assertThat(refusal()).startsWith("writes refused: NOREPLICAS 0 replicas");

        fields.put("min_slaves_good_slaves", "1");
        assertThat(refusal()).isEmpty();
        assertThat(WriteRefusals.of(fields, "2")).isPresent();
    }

    @Test
    void a_replica_takes_no_writes_anyway() {
        fields.putAll(Map.of("role", "slave", "min_slaves_good_slaves", "0"));
        assertThat(refusal()).isEmpty();
    }

    private String refusal() {
        return WriteRefusals.of(fields, null).map(Refused::text).orElse("");
    }
}
