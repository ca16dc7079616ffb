package dev.hastack.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hastack.testkit.CallingProgram;
import dev.hastack.testkit.ChildProgram;
import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that was stopped while its calls were under way finds their answers in its sockets, and blames nobody. */
@Tag("slow")
@HaStackTest(postgres = @Postgres(nodes = {"main", "standby"}))
class StoppedProgramIT {
    @Test
    void no_call_fails_no_breaker_opens_and_no_warning_blames_a_node_or_a_firewall(PostgresCluster cluster) {
        Map<String, String> settings = new HashMap<>(cluster.properties());
        settings.put("ha.probe.timeout", "900ms");
        assertThat(ChildProgram.stoppedTwice(StoppedProgram.class, settings))
                .noneMatch(line -> line.startsWith(CallingProgram.FAILED))
                .noneMatch(line -> line.startsWith(CallingProgram.NOTICED))
                .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }
}
