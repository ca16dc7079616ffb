package dev.hastack.benchmarks.overhead;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.ElasticsearchTransportBase;
import dev.hastack.core.config.StackConfig;
import dev.hastack.core.monitor.Events;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.elasticsearch.StubbedElasticsearch;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Two clients over {@link StubHttp}. */
public abstract class RequestClients {
    /** The system property that has the address of the node that answers the probes. */
    static final String ADDRESS = "elasticsearch.address";

    private @Nullable ElasticsearchClient client;

    RequestClients() {}

    final ElasticsearchClient client() {
        return opened(client);
    }

    private static <T> T opened(@Nullable T one) {
        if (one == null) {
            throw new IllegalStateException("not opened");
        }
        return one;
    }

    final void use(ElasticsearchClient one) {
        client = one;
    }

    /** Through ha-stack, all of which runs, probes included, but for the HTTP client. */
    @State(Scope.Benchmark)
    public static class Ha extends RequestClients {
        private @Nullable HaElasticsearch store;

        /** Opens a store of one node. */
        @Setup
        public void open() throws InterruptedException {
            String address = System.getProperty(ADDRESS);
            if (address == null) {
                throw new IllegalStateException("run ElasticsearchOverhead, which starts the node that this needs");
            }
            HaElasticsearch opened = StubbedElasticsearch.open(
                    StackConfig.of(Map.of(
                            "ha.elasticsearch.nodes.es-1.address", address, "ha.elasticsearch.index-prefix", "cms")),
                    new Events(),
                    target -> new StubHttp());
            store = opened;
            if (!opened.awaitReady(Duration.ofSeconds(20))) {
                throw new IllegalStateException("not ready: " + opened.health());
            }
            use(opened.client());
        }

        /** Closes it. */
        @TearDown
        public void close() {
            boolean unused = opened(store).close(Duration.ZERO);
        }
    }

    /** elasticsearch-java's own transport. */
    @State(Scope.Benchmark)
    public static class Plain extends RequestClients {

        /** Needs nothing. */
        @Setup
        public void open() {
            use(new ElasticsearchClient(
                    new ElasticsearchTransportBase(new StubHttp(), null, new JacksonJsonpMapper()) {}));
        }
    }
}
