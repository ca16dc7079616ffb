package dev.hastack.benchmarks.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The stubs have what the probe asks for: nothing else notices that a comparison cannot start any more. */
final class PoolsTest {

    @Test
    void ha_stack_gets_ready_over_the_stubs_and_reads_from_their_replica() throws SQLException {
        for (Supplier<Pools.Ha> pools : List.<Supplier<Pools.Ha>>of(Pools.HaOne::new, Pools.HaTwo::new)) {
            Pools.Ha ha = pools.get();
            try (Connection connection = ha.routed.getConnection()) {
                connection.setReadOnly(true);
                try (Statement statement = connection.createStatement()) {
                    assertThat(statement
                                    .executeQuery("SELECT pg_is_in_recovery()")
                                    .getBoolean(1))
                            .isTrue();
                }
            } finally {
                ha.close();
            }
        }
    }
}
