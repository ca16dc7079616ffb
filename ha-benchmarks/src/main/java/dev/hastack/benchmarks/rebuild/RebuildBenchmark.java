package dev.hastack.benchmarks.rebuild;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.Version;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import dev.hastack.benchmarks.Document;
import dev.hastack.benchmarks.Machine;
import dev.hastack.benchmarks.lab.UsageError;
import dev.hastack.core.HaStack;
import dev.hastack.core.config.StackConfig;
import dev.hastack.elasticsearch.HaElasticsearch;
import dev.hastack.elasticsearch.publication.Publication;
import dev.hastack.elasticsearch.publication.Publications;
import dev.hastack.testkit.ElasticsearchCluster;
import dev.hastack.testkit.ElasticsearchNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;

/** How fast publications are rebuilt, the client's own BulkIngester in the same run, and what many of them cost. */
public final class RebuildBenchmark {
    private static final String HELP = """
            Usage: ha-benchmarks/rebuild [options]

            Starts three nodes of Elasticsearch, rebuilds a publication that is searched and written meanwhile, in turns
            with the client's own BulkIngester filling an index; then creates many publications in each layout.

              --rounds N         rounds of rebuilds (default: 8; 0 leaves them out)
              --documents N      documents of each (default: 100000)
              --publications N   how many are created in each layout (default: 1000; 0 leaves that out)
              --write FILE       write the report between the marks <!-- rebuild --> and <!-- /rebuild --> of FILE
              --help             say this

            Exit code: 0 when every target was held, 1 when one was not, 2 when the options are wrong.
            """;
    /** MiB. With 256, and now and then with 1024, Elasticsearch refuses documents with 429 as its heap fills; the peer drops them. */
    private static final int NODE_HEAP = 2048;

    /** The default of the peer, and that of a rebuild. */
    private static final List<Integer> REQUESTS_AT_ONCE = List.of(1, 2);

    private static final List<String> LAYOUTS = List.of("own", "shared");

    private RebuildBenchmark() {}

    /** Runs as {@code --help} says. */
    public static void main(String[] args) throws Exception {
        int exit;
        try {
            Options options = Options.parse(args);
            if (options.help()) {
                System.out.print(HELP);
                exit = 0;
            } else {
                exit = run(options) ? 0 : 1;
            }
        } catch (UsageError e) {
            System.err.println("rebuild: " + e.getMessage() + " (--help says more)");
            exit = 2;
        }
        System.exit(exit);
    }

    private static boolean run(Options options) throws Exception {
        List<String> parts = new ArrayList<>();
        parts.add(Machine.text() + "; elasticsearch-java " + Version.VERSION + "\n");
        boolean held = true;
        try (ElasticsearchCluster cluster = ElasticsearchCluster.builder()
                .node("es-1")
                .node("es-2")
                .node("es-3")
                .heap(NODE_HEAP)
                .start()) {
            if (options.rounds() > 0) {
                held = rebuild(cluster, options, parts);
            }
            if (options.publications() > 0) {
                parts.add(create(cluster, options.publications()));
            }
        }
        String report = String.join("\n", parts);
        System.out.printf("%n%s", report);
        if (options.write().isPresent()) {
            Document.put(options.write().get(), "<!-- rebuild -->", "<!-- /rebuild -->", report);
        }
        return held;
    }

    private static boolean rebuild(ElasticsearchCluster cluster, Options options, List<String> parts) throws Exception {
        StackConfig config = config(cluster, "own");
        try (HaStack stack = open(config);
                RestClient rest = RestClient.builder(cluster.nodes().stream()
                                .map(ElasticsearchNode::address)
                                .map(address -> HttpHost.create(address.toString()))
                                .toArray(HttpHost[]::new))
                        .build()) {
            Publication publication = publications(stack, config).publication("news");
            publication.provision();
            ElasticsearchClient plain =
                    new ElasticsearchClient(new RestClientTransport(rest, new JacksonJsonpMapper()));
            Database database = new Database(options.documents());
            boolean held = true;
            for (int requests : REQUESTS_AT_ONCE) {
                Rebuilding rebuilding = new Rebuilding(publication, plain, database, requests);
                rebuilding.play(options.rounds());
                parts.add(rebuilding.toString());
                held &= rebuilding.held();
            }
            return held;
        }
    }

    private static String create(ElasticsearchCluster cluster, int publications) throws Exception {
        StringBuilder table = new StringBuilder("""
                | layout | publications | created in, s | ms each | cluster state, KiB | shards |
                |---|---:|---:|---:|---:|---:|
                """);
        for (String layout : LAYOUTS) {
            cluster.clear();
            StackConfig config = config(cluster, layout);
            try (HaStack stack = open(config)) {
                table.append(Creation.measure(cluster, publications(stack, config), layout, publications)
                                .row())
                        .append('\n');
            }
        }
        return table.toString();
    }

    private static StackConfig config(ElasticsearchCluster cluster, String layout) {
        Map<String, String> properties = new HashMap<>(cluster.properties());
        properties.put("ha.elasticsearch.defaults.layout", layout);
        properties.put("ha.elasticsearch.defaults.mapping", Entry.MAPPING);
        return StackConfig.of(properties);
    }

    private static HaStack open(StackConfig config) {
        HaStack stack = HaStack.open(config);
        if (!stack.awaitReady(Duration.ofSeconds(20))) {
            IllegalStateException notReady = new IllegalStateException("not ready: " + stack.health());
            stack.close();
            throw notReady;
        }
        return stack;
    }

    private static Publications publications(HaStack stack, StackConfig config) {
        return new Publications(
                stack.get(HaElasticsearch.class).client(),
                config.elasticsearch().orElseThrow(),
                true);
    }
}
