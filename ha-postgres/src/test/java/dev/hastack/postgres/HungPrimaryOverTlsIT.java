package dev.hastack.postgres;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby"},
                        tls = true))
class HungPrimaryOverTlsIT extends HungPrimary {
    HungPrimaryOverTlsIT(PostgresCluster cluster) {
        super(cluster);
    }
}
