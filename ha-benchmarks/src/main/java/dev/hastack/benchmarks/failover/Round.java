package dev.hastack.benchmarks.failover;

import dev.hastack.testkit.PostgresCluster;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** One client and one fault on a healthy cluster. */
record Round(Client client, Fault fault) {
    private static final int BEFORE = 500;
    private static final int AFTER = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    Outcome run(PostgresCluster cluster) throws Exception {
        Cluster.reset(cluster);
        try (Client.Connected connected = client.open(cluster)) {
            Writers writers = new Writers(connected);
            Fault.Moments moments;
            try {
                if (!writers.await(BEFORE, PATIENCE)) {
                    throw new IllegalStateException(client.name() + " does not write to a healthy cluster");
                }
                moments = fault.strike(cluster);
                // In vain as well: then the outcome says so.
                boolean unused = writers.await(AFTER, PATIENCE);
            } finally {
                writers.stop();
            }
            List<Writers.Acknowledged> acknowledged = writers.acknowledged();
            Set<Long> stored = Cluster.written(cluster, Cluster.STANDBY);
            long lost =
                    acknowledged.stream().filter(a -> !stored.contains(a.id())).count();
            return Outcome.of(
                    moments, acknowledged.stream().map(Writers.Acknowledged::at).toList(), writers.failed(), (int)
                            lost);
        }
    }
}
