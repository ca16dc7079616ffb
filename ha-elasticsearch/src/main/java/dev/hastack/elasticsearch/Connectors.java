package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.Secret;
import dev.hastack.core.config.StackConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** What the clients of all nodes have in common: who makes them, and who they say that they are. */
final class Connectors {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final ElasticsearchConfig config;
    private final NodeConnector connector;
    private final Map<String, String> headers;
    private final Optional<Tls> tls;

    Connectors(ElasticsearchConfig config, StackConfig stack, NodeConnector connector) {
        this.config = config;
        this.connector = connector;
        this.headers = headers(config, stack);
        this.tls = Tls.of(config);
    }

    /** The one that the class path offers, or that of elasticsearch-java. */
    static NodeConnector found() {
        return ServiceLoader.load(NodeConnector.class, Connectors.class.getClassLoader())
                .findFirst()
                .orElseGet(RestConnector::new);
    }

    private static Map<String, String> headers(ElasticsearchConfig config, StackConfig stack) {
        Map<String, String> headers = new HashMap<>();
        // The servers' slow logs and task lists show it.
        headers.put(
                "X-Opaque-Id",
                "ha-stack" + stack.stack().map(name -> "-" + name).orElse("") + "-"
                        + stack.service().replaceAll("[^!-~]", "_"));
        config.apiKey().map(Secret::value).ifPresent(key -> headers.put("Authorization", "ApiKey " + key));
        config.username().ifPresent(name -> {
            String credentials =
                    name + ":" + config.password().map(Secret::value).orElse("");
            headers.put(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        });
        return headers;
    }

    NodeConnector connector() {
        return connector;
    }

    NodeConnector.Target target(String node, URI address) {
        Duration longest = Stream.of(config.searchTimeout(), config.writeTimeout(), config.adminTimeout())
                .max(Duration::compareTo)
                .orElseThrow();
        return new NodeConnector.Target(
                node,
                address,
                config.connectTimeout(),
                longest.plus(MARGIN),
                config.maxInFlight(),
                headers,
                tls.map(Tls::context),
                tls.map(Tls::verifyHost).orElse(false));
    }
}
