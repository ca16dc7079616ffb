package dev.hastack.elasticsearch;

import dev.hastack.core.config.ElasticsearchConfig;
import dev.hastack.core.config.StackConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** What the clients of all nodes have in common: who makes them, and who they say that they are. */
final class Connectors {
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final ElasticsearchConfig config;
    private final NodeConnector connector;
    private final Login login;
    private final Optional<Tls> tls;

    Connectors(ElasticsearchConfig config, StackConfig stack, NodeConnector connector) {
        this.config = config;
        this.connector = connector;
        this.login = new Login(config, stack);
        this.tls = Tls.of(config);
    }

    /** The one that the class path offers, or that of elasticsearch-java. */
    static NodeConnector found() {
        return ServiceLoader.load(NodeConnector.class, Connectors.class.getClassLoader())
                .findFirst()
                .orElseGet(RestConnector::new);
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
                login,
                tls.map(Tls::context),
                tls.map(Tls::verifyHost).orElse(false));
    }

    /** A text without the secret that nodes are shown. */
    String hiddenIn(String text) {
        return login.hiddenIn(text);
    }
}
