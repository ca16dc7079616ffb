package dev.hastack.benchmarks.lab.elasticsearch;

import dev.hastack.benchmarks.lab.round.Client;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.elasticsearch.HaElasticsearch;
import java.time.Duration;

/** ha-stack as it comes. */
record HaStackClient() implements Client<ElasticsearchServers, Searching> {

    @Override
    public String id() {
        return "ha-stack";
    }

    @Override
    public String configuration() {
        return "`client()`, the three nodes; all settings left at their defaults (`ha.elasticsearch.reads.timeout` 5 s,"
                + " `writes.timeout` 10 s, `reads.reroute-after` 250 ms)";
    }

    @Override
    public boolean peer() {
        return false;
    }

    @Override
    public Searching open(ElasticsearchServers servers) throws InterruptedException {
        HaStack stack = HaStack.open(StackConfig.of(servers.cluster().properties()));
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            // Said before it closes: after that it knows nothing.
            IllegalStateException notReady = new IllegalStateException("not ready: " + stack.health());
            stack.close();
            throw notReady;
        }
        return new Searching(stack.get(HaElasticsearch.class).client(), () -> stack.close(Duration.ZERO));
    }
}
