package dev.hastack.benchmarks.failover;

import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.postgres.HaPostgres;
import dev.hastack.testkit.PostgresCluster;
import java.time.Duration;

/** ha-stack as it comes. */
record HaStackClient() implements Client {

    @Override
    public String name() {
        return "ha-stack";
    }

    @Override
    public String configuration() {
        return "primary(), the three nodes, all settings left at their defaults";
    }

    @Override
    public Connected open(PostgresCluster cluster) {
        HaStack stack = HaStack.open(StackConfig.of(cluster.properties()));
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            stack.close();
            throw new IllegalStateException("not ready: " + stack.health());
        }
        return new Inserts(stack.get(HaPostgres.class).primary(), () -> stack.close(Duration.ZERO));
    }
}
