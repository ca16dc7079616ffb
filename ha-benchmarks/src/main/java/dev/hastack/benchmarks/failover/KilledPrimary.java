package dev.hastack.benchmarks.failover;

import dev.hastack.testkit.PostgresCluster;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * All processes of the primary are killed, and the synchronous standby is promoted.
 *
 * @param detection from the one to the other, as long as whoever promotes takes to notice
 */
record KilledPrimary(Duration detection) implements Fault {

    @Override
    public String name() {
        return "the primary is killed, its synchronous standby is promoted " + detection.toMillis() + " ms later";
    }

    @Override
    public Moments strike(PostgresCluster cluster) throws Exception {
        long struck = System.nanoTime();
        cluster.node(Cluster.PRIMARY).kill();
        TimeUnit.NANOSECONDS.sleep(detection.toNanos());
        return new Moments(struck, Promotion.of(cluster.node(Cluster.STANDBY)));
    }
}
