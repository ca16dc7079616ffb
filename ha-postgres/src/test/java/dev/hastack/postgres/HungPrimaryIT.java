package dev.hastack.postgres;

import dev.hastack.testkit.PostgresCluster;
import dev.hastack.testkit.junit.HaStackTest;
import dev.hastack.testkit.junit.Postgres;

@HaStackTest(
        postgres =
                @Postgres(
                        nodes = {"main", "standby", "delivery"},
                        synchronous = "standby"))
class HungPrimaryIT extends HungPrimary {
    HungPrimaryIT(PostgresCluster cluster) {
        super(cluster);
    }
}
